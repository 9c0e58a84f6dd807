select c_custkey, o_orderkey, l_linenumber from customer
left join (orders join lineitem on l_orderkey = o_orderkey and l_quantity > 45) on o_custkey = c_custkey and o_orderdate > date '1996-06-01'
where c_nationkey = 7
