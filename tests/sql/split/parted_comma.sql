select o_orderkey, c_name, o_totalprice - c_acctbal as d from orders, customer where o_custkey = c_custkey and o_totalprice > 100000 and c_acctbal < o_totalprice
