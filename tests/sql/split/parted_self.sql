select a.o_orderkey, b.o_orderkey as other, c_name from orders a join orders b on a.o_custkey = b.o_custkey and a.o_orderkey < b.o_orderkey
join customer on c_custkey = a.o_custkey where a.o_totalprice + b.o_totalprice > 600000
