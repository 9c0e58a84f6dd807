select o_orderkey, c_name, (select max(l_quantity) from lineitem where l_orderkey = o_orderkey + 1) as q from orders, customer where o_custkey = c_custkey
