-- Customers of the CRM with what they spent in the ERP. Two databases: federated.
select
    c.customer_id,
    c.customer_name,
    c.country_code,
    c.segment,
    count(distinct o.order_id) as orders,
    sum(l.amount) as revenue,
    max(o.ordered_at) as last_order_at
from {{ ref('stg_customers') }} as c
join {{ ref('stg_orders') }} as o on o.customer_id = c.customer_id
join {{ ref('stg_order_lines') }} as l on l.order_id = o.order_id
group by c.customer_id, c.customer_name, c.country_code, c.segment
