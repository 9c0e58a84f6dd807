select c_nationkey, count(*) as n, sum(case when o_orderstatus = 'F' then o_totalprice else 0 end) as f, sum(case when o_orderkey is null then 1 else 0 end) as none,
  sum(case when c_acctbal > 0 then o_totalprice end) as rich, sum(case when c_acctbal > 0 then o_totalprice else 1 end) as both, avg(case when c_acctbal < 0 then o_totalprice else 2 end) as poor,
  count(case when o_totalprice > 1000 then 1 end) as large, max(case when o_orderstatus = 'O' then o_orderdate end) as latest, sum(o_totalprice * 2 + 1) as twice
from customer left join orders on o_custkey = c_custkey and o_orderdate < date '1995-06-01' group by c_nationkey
