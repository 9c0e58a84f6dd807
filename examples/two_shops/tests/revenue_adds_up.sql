-- Revenue by customer and by region come from the same lines: rows here would be a difference.
select by_customer.revenue as by_customer, by_region.revenue as by_region
from (select sum(revenue) as revenue from {{ ref('customer_revenue') }}) as by_customer
cross join (select sum(revenue) as revenue from {{ ref('revenue_by_region') }}) as by_region
where by_customer.revenue <> by_region.revenue
