select c_name, p_name, l_linenumber from customer join orders on o_custkey = c_custkey, lineitem left join part on p_partkey = l_partkey and p_size > 20
where l_orderkey = o_orderkey and l_quantity > 48 and c_nationkey + coalesce(p_size, 0) > 30
