select o_orderkey, n_name, s_name, l_quantity from orders join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey
join lineitem on l_orderkey = o_orderkey and l_quantity > 49 left join supplier on s_suppkey = l_suppkey and s_nationkey = n_nationkey
