select n_name, sum(case when o_orderstatus = 'F' then l_extendedprice * (1 - l_discount) else 0 end) / sum(l_extendedprice * (1 - l_discount)) as share,
  sum(case o_orderstatus when 'F' then l_quantity when 'O' then -l_tax * 2 else 0.125 end) as signs, sum(case when o_totalprice > 100000 then l_linenumber else 1 end) as numbers,
  sum(case when o_orderstatus = 'F' then l_quantity when 'O' = o_orderstatus then 2.5 * l_quantity else 0.125 end) as parts,
  avg(case when c_acctbal > 0 then l_extendedprice end) as mean, avg(case when c_acctbal > 0 and o_orderdate > date '1995-01-01' then l_tax else 3 end) as other, count(*) as n,
  count(case when c_acctbal < 0 then 'x' end) as poor, sum(case when c_mktsegment like 'B%' then null else l_quantity end) as rest
from lineitem join orders on o_orderkey = l_orderkey join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey group by n_name
