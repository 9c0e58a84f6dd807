with recursive r as (select n_nationkey as k, 0 as depth from nation where n_nationkey = 0
  union all select n.n_nationkey, r.depth + 1 from r join nation n on n.n_nationkey = r.k + 1 where r.depth < 6)
select r.k, r.depth, count(c_custkey) as n from r left join customer on c_nationkey = r.k group by 1, 2
