select o.id, o.amount, o.note, c.name, {{ var('generation') }} as generation
from {{ source('shop', 'orders') }} as o
join {{ source('crm', 'customers') }} as c on c.id = o.customer_id
