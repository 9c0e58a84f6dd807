select
    order_id,
    customer_id,
    shop,
    ordered_at,
    status
from {{ source('erp', 'orders') }}
where status <> 'cancelled'
