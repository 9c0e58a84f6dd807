select o_orderpriority, sum(case when l_returnflag = 'R' then l_extendedprice * (1 - l_discount) else 0 end) as returned,
  sum(case when l_quantity >= 40 then l_quantity when l_quantity < 5 and l_linenumber = 1 then -1 end) as some, sum(case when l_linenumber in (1, 2) then 1 else 0 end) as firsts,
  avg(case when l_tax > 0.05 then l_extendedprice else null end) as taxed, count(case when l_shipdate < date '1994-01-01' then 1 end) as early,
  min(case when l_discount = 0 then l_extendedprice end) as least, max(case when not l_quantity > 3 then l_shipdate else l_commitdate end) as latest,
  sum((case when l_linestatus = 'F' then 1 else 0.5 end) * l_extendedprice) as halves, count(l_extendedprice * l_tax) as prices, sum(l_linenumber) as n
from lineitem join orders on o_orderkey = l_orderkey group by o_orderpriority
