select n_name, x.* from (
  select c_nationkey, c_mktsegment, count(*) as n, rank() over (partition by c_nationkey order by count(*), c_mktsegment) as place
  from customer group by c_nationkey, c_mktsegment) x join nation on n_nationkey = x.c_nationkey
where x.c_nationkey in (3, 7) and place <= 2 and c_mktsegment <> 'BUILDING'
