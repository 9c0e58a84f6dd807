select l_orderkey, p_name, s_name, c.c_name from lineitem left join part on p_partkey = l_partkey and p_size < 10 left join supplier on s_suppkey = l_suppkey and s_acctbal > 0
join orders on o_orderkey = l_orderkey join customer c on c.c_custkey = o_custkey where o_totalprice > l_extendedprice * 6 and (p_size is null or s_name is null)
