select s_suppkey, c_custkey, p_partkey from supplier join customer on s_suppkey = c_acctbal / 1 full join part on p_retailprice = c_custkey
