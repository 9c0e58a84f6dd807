select o_orderkey, c_custkey from orders right join customer on c_custkey = o_custkey and o_totalprice > 100000 and c_acctbal > 0
where c_nationkey < 10
