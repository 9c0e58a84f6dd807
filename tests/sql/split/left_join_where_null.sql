select c_custkey, o_orderkey from customer left join orders on c_custkey = o_custkey and o_orderdate > date '1997-01-01'
where o_orderkey is null
