select o_orderpriority, sum(case when l_tax < 0 then l_quantity end) as a, sum(case when o_totalprice < 0 then l_quantity end) as b, avg(case when l_tax < 0 then 1 end) as c,
  sum(case when o_totalprice < 0 then l_quantity else null end) as d, max(case when l_tax < 0 then l_linenumber end) as e
from lineitem join orders on o_orderkey = l_orderkey group by o_orderpriority
