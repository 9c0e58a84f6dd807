select c_custkey, o_orderkey from customer left join orders on c_custkey = o_custkey and o_totalprice > 300000
where o_orderdate >= date '1996-01-01' or o_orderkey is null
