select upper(c_mktsegment) as seg, case when o_totalprice > 100000 then 'big' else 'small' end as size, count(*) as n
from orders join customer on c_custkey = o_custkey where length(c_name) > 5 and abs(c_acctbal) > 10 group by 1, 2
