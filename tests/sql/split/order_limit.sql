select o_orderkey, c_name from orders join customer on c_custkey = o_custkey where o_orderdate between date '1995-01-01' and date '1995-12-31'
order by o_totalprice desc, o_orderkey limit 7 offset 3
