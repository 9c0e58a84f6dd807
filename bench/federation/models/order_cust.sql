select o.o_orderkey, o.o_orderdate, o.o_totalprice, c.c_name, c.c_mktsegment
from {{ source('shop', 'orders') }} as o
join {{ source('crm', 'customer') }} as c on c.c_custkey = o.o_custkey
