with customers as (select * from customer), orders_ as (select o_orderkey as order_id, o_custkey as customer, o_totalprice * 2 as half, o_orderdate as day from orders where o_orderstatus <> 'P'),
joined as (select o.order_id, o.half, c.c_name, c.c_nationkey from orders_ o left join customers c on c.c_custkey = o.customer),
final as (select n_name, count(*) as n, sum(half) as h from joined j join nation on n_nationkey = j.c_nationkey group by n_name)
select * from final where n > 10
