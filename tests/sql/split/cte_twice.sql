with o as (select o_custkey, o_orderkey, o_totalprice, o_orderdate from orders)
select a.o_orderkey, b.o_orderkey as other from o a join o b on a.o_custkey = b.o_custkey join customer on c_custkey = a.o_custkey
where a.o_totalprice > 300000 and b.o_totalprice < 20000
