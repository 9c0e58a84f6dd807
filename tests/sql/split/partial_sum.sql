select c_mktsegment, count(*) as n, sum(l_extendedprice * (1 - l_discount)) as revenue, sum(l_quantity) as q, min(l_shipdate) as first, max(l_tax) as tax,
  count(l_comment) as comments, avg(l_discount) as discount, sum(o_totalprice) as prices, avg(o_totalprice) as price, count(o_clerk) as clerks,
  count(distinct o_orderpriority) as kinds, max(o_orderdate) as latest
from lineitem join orders on l_orderkey = o_orderkey join customer on o_custkey = c_custkey
where l_shipdate > date '1995-03-15' and o_orderdate < date '1996-01-01' group by c_mktsegment
