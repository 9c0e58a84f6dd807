select n_name, stddev_pop(c_acctbal) as d, sum(c_acctbal) as s, count(*) filter (where c_mktsegment = 'BUILDING') as b, sum(case when c_acctbal > 0 then 1 else 0 end) as p
from customer join nation on n_nationkey = c_nationkey group by n_name
