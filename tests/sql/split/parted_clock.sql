select o_orderkey, c_name, now() > timestamp '2020-01-01' as late from orders join customer on c_custkey = o_custkey and current_date > o_orderdate
