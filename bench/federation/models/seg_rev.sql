select c.c_mktsegment, o.o_orderpriority, count(*) as n, sum(o.o_totalprice) as revenue
from {{ source('shop', 'orders') }} as o
join {{ source('crm', 'customer') }} as c on c.c_custkey = o.o_custkey
where o.o_orderdate >= date '1995-01-01' and c.c_acctbal > 0
group by c.c_mktsegment, o.o_orderpriority
