select r_name, x.n, x.s from region join (
  select n_regionkey as k, count(*) as n, sum(c_acctbal) as s from customer join nation on n_nationkey = c_nationkey where c_mktsegment <> 'HOUSEHOLD' group by n_regionkey) x
on r_regionkey = x.k
