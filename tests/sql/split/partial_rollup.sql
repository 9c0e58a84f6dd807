select n_regionkey, c_mktsegment, count(*) as n, sum(o_totalprice) as s from orders join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey
group by rollup (n_regionkey, c_mktsegment)
