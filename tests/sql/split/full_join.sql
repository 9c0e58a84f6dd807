select s_suppkey, c_custkey from supplier full join customer on s_suppkey = c_custkey and s_acctbal > 0
where c_custkey < 150 or s_suppkey is not null
