select * from {{ ref('util_top') }} join {{ ref('orders_snap') }} using (id)
