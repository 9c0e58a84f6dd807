select c_mktsegment, sum(case when o_orderstatus = 'F' then case when o_totalprice > 50000 then o_totalprice else 0.01 end else 0 end) as nested,
  sum(case when c_acctbal > 0 then case when o_totalprice > 50000 then o_totalprice else 0 end else 0 end) as mixed,
  sum(case when o_orderdate > date '1995-01-01' or o_totalprice is null then o_shippriority + 0.5 else o_totalprice end) as plus,
  sum(case when o_totalprice > 1000 then (select max(n_nationkey) from nation where n_regionkey < 3) else 0 end) as asked
from orders join customer on c_custkey = o_custkey group by c_mktsegment
