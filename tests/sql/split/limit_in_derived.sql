select x.o_orderkey, c_name from (select o_orderkey, o_custkey, o_totalprice from orders order by o_totalprice desc, o_orderkey limit 50) x
join customer on c_custkey = x.o_custkey where x.o_totalprice > 400000
