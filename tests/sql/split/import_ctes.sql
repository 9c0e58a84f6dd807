with customers as (select * from customer),
orders_ as (select * from orders where o_orderstatus <> 'P'),
totals as (select o_custkey, count(*) as n, sum(o_totalprice) as total, min(o_orderdate) as first_order from orders_ group by o_custkey)
select c.c_custkey, c.c_name, t.n, t.total, t.first_order
from customers c left join totals t on t.o_custkey = c.c_custkey
where c.c_nationkey in (3, 4, 5)
