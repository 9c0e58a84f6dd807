select r_name, sum(case when p_size > 25 then ps_supplycost when s_acctbal > 0 then ps_supplycost * 2 else 0 end) as cost, sum(case when p_size > 25 and s_acctbal > 0 then s_acctbal else 1 end) as balance,
  sum(case when s_acctbal > 5000 then 1 when ps_availqty > 100 then 2 else 3 end) as kinds, sum(case when p_retailprice > 1500 then ps_supplycost * ps_supplycost end) as squares,
  avg(case when n_nationkey < 10 then ps_supplycost when n_nationkey > 20 then 7 end) as c, count(distinct case when p_size > 25 then s_nationkey end) as nations
from partsupp, part, supplier, nation, region
where ps_partkey = p_partkey and ps_suppkey = s_suppkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey group by r_name
