select count(*) as n, sum(ps_availqty) as q, sum(ps_availqty) / 7 as sevenths, avg(ps_supplycost) as c, sum(p_size) as s, avg(p_size) as z, min(s_acctbal) as m
from partsupp join part on ps_partkey = p_partkey join supplier on ps_suppkey = s_suppkey where p_size > 10 and s_nationkey < 12
