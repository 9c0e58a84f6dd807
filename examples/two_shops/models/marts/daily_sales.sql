-- One database: the ERP runs the whole query, only the result moves. From the second run on, only new days are read.
{{ config(materialized='incremental', unique_key='sales_day', incremental_strategy='delete+insert') }}

select
    cast(o.ordered_at as date) as sales_day,
    count(distinct o.order_id) as orders,
    sum(l.quantity * l.unit_price) as revenue
from {{ source('erp', 'orders') }} as o
join {{ source('erp', 'order_lines') }} as l on l.order_id = o.order_id
where o.status <> 'cancelled'
{% if is_incremental() %}
  and cast(o.ordered_at as date) >= (select max(sales_day) from {{ this }})
{% endif %}
group by cast(o.ordered_at as date)
