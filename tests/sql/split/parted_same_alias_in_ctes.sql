with x as (select t.o_orderkey as k, u.c_name as name from orders t join customer u on u.c_custkey = t.o_custkey where t.o_totalprice > 200000),
y as (select t.ps_partkey as k, count(*) as n from partsupp t group by t.ps_partkey)
select x.name, t.n from x join y t on t.k = x.k
