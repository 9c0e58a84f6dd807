-- Three places: the CRM, the ERP and the seed with the regions in the warehouse.
select
    r.region,
    o.shop,
    l.category,
    count(distinct c.customer_id) as customers,
    sum(l.quantity) as pieces,
    sum(l.amount) as revenue
from {{ ref('stg_customers') }} as c
join {{ ref('countries') }} as r on r.country_code = c.country_code
join {{ ref('stg_orders') }} as o on o.customer_id = c.customer_id
join {{ ref('stg_order_lines') }} as l on l.order_id = o.order_id
group by r.region, o.shop, l.category
