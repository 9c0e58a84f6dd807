select o_orderkey, o_totalprice, c_name, n_name from orders left join customer on c_custkey = o_custkey and c_acctbal > 0
left join nation on n_nationkey = c_nationkey where o_orderdate >= date '1996-01-01' order by o_totalprice desc, o_orderkey limit 9 offset 4
