select r_name, x.n_name, o_orderkey from region left join
 (nation x join customer on c_nationkey = x.n_nationkey join orders on o_custkey = c_custkey and o_totalprice > 350000) on x.n_regionkey = r_regionkey
