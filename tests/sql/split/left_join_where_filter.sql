select c_custkey, o_orderkey, n_name from customer left join orders on c_custkey = o_custkey left join nation on c_nationkey = n_nationkey
where o_totalprice > 200000 and n_regionkey = 2
