select n_name, sum(o_totalprice) as total, sum(sum(o_totalprice)) over () as everything, rank() over (order by count(*) desc, n_name) as place
from orders join customer on c_custkey = o_custkey join nation on n_nationkey = c_nationkey where o_orderdate < date '1994-01-01' group by n_name
