select c_custkey, c_name from customer where exists (select 1 from orders where o_custkey = c_custkey and o_totalprice > c_acctbal * 30 and o_orderdate > date '1996-01-01') and c_nationkey < 20
