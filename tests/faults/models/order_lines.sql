select o.id, o.amount, o.note, c.name, {{ var('generation') }} as generation
from {{ source('shop', 'orders_guarded' if var('guarded', false) else 'orders') }} as o
join {{ source('crm', 'customers_guarded' if var('guarded', false) else 'customers') }} as c on c.id = o.customer_id
{%- if var('few', 0) %} where o.id <= {{ var('few') }}{% endif %}
