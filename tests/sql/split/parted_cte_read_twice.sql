with pairs as (select o_orderkey, o_totalprice, c_nationkey from orders join customer on c_custkey = o_custkey where o_orderdate > date '1997-06-01')
select a.o_orderkey, n_name from pairs a join nation on n_nationkey = a.c_nationkey where a.o_totalprice > (select 2 * avg(b.o_totalprice) from pairs b)
