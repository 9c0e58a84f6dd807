select
    l.order_id,
    l.line_number,
    l.product_id,
    p.category,
    l.quantity,
    l.quantity * l.unit_price as amount
from {{ source('erp', 'order_lines') }} as l
join {{ source('erp', 'products') }} as p on p.product_id = l.product_id
