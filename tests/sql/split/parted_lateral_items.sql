select o_orderkey, c_name, (select max(l_quantity) from lineitem where l_orderkey = o_orderkey) as q from orders, customer where o_custkey = c_custkey and o_totalprice > 300000
