select c_name from customer join orders on c_custkey = o_custkey where o_orderkey < 0
