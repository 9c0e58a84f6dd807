select c_nationkey, count(*) as n, count(o_orderkey) as orders, sum(o_totalprice) as total, avg(o_totalprice) as mean, max(o_orderdate) as latest, sum(c_acctbal) as a
from customer left join orders on o_custkey = c_custkey and o_orderstatus = 'F' group by c_nationkey having count(*) > 3 order by 2 desc, 1
