select n_name, count(*) as n, sum(s_acctbal) as a, sum(c_acctbal) as b, avg(c_acctbal) as c, min(s_acctbal) as d, count(c_comment) as e, count(s_phone) as f
from nation join supplier on s_nationkey = n_nationkey join customer on c_nationkey = n_nationkey group by n_name
