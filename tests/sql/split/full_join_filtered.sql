select s_suppkey, c_custkey, c_acctbal from supplier full join customer on s_suppkey = c_custkey where c_acctbal > 5000
