select o_orderdate, sum(case when o_orderpriority = '1-URGENT' then 1 else 0 end) as u, count(*) as n, sum(l_quantity) as q
from lineitem join orders on o_orderkey = l_orderkey where o_orderdate < date '1992-03-01' group by o_orderdate
