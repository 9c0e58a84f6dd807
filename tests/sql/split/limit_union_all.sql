select * from (
  select c_custkey as k, c_acctbal as amount, c_name as name from customer where c_nationkey = 5
  union all
  select s_suppkey, s_acctbal, s_name from supplier
  union all
  select o_orderkey, o_totalprice, (select n_name from nation where n_nationkey = 1) from orders where o_orderkey < 400) u
order by 2 desc, k limit 20
