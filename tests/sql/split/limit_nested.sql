select r_name, x.k, x.price from (
  select * from (select o_orderkey as k, o_totalprice as price, o_shippriority as p from orders where o_custkey > 700) y order by price, k limit 5) x
join region on r_regionkey = x.p
union all
select 'none', ps_partkey, ps_supplycost from (select ps_partkey, ps_supplycost from partsupp order by ps_supplycost desc, ps_partkey, ps_suppkey limit 3) z
where ps_partkey > 0
