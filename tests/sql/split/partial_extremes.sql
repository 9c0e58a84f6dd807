select c_mktsegment, max(o_totalprice) as most, min(case when o_orderstatus = 'F' then o_orderdate end) as first, count(distinct c_nationkey) as nations, max(c_acctbal) as balance
from customer left join orders on o_custkey = c_custkey and o_orderdate < date '1995-06-01' group by c_mktsegment
