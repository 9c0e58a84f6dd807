-- Everything lives in the warehouse: the warehouse runs it, nothing moves.
{{ config(materialized='view') }}

select
    t.segment,
    t.target_revenue,
    sum(r.revenue) as revenue,
    sum(r.revenue) >= t.target_revenue as reached
from {{ ref('customer_revenue') }} as r
join {{ ref('segment_goals') }} as t on t.segment = r.segment
group by t.segment, t.target_revenue
