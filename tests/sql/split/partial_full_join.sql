select n_regionkey, count(*) as n, count(c_custkey) as c, sum(c_acctbal) as a, sum(s_acctbal) as b, count(s_suppkey) as s
from customer full join nation on n_nationkey = c_nationkey full join supplier on s_nationkey = n_nationkey group by n_regionkey
