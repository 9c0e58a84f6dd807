select sum(case when l_returnflag = 'R' then l_quantity else 0 end) as a, sum(case when o_orderstatus = 'F' then l_quantity else 0 end) as b,
  avg(case when o_orderstatus = 'F' then l_quantity end) as c, count(case when l_tax > 0 then l_quantity end) as d, min(case when l_tax > 0 then l_quantity end) as e
from lineitem join orders on o_orderkey = l_orderkey where l_quantity < 0
