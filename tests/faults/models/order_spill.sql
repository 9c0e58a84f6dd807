{{ config(compute='small') }}
-- more than its engine's memory holds
select id, amount, note, name, generation
from (select o.id, o.amount, o.note, c.name, {{ var('generation') }} as generation,
             row_number() over (partition by o.note, p.id order by c.name, o.amount) as place
      from {{ source('shop', 'orders') }} as o
      join {{ source('crm', 'customers') }} as c on c.id = o.customer_id
      cross join (select id from {{ source('crm', 'customers') }} where id <= 8) as p
      where p.id > 0) as ranked
where place = 1 and id <= 100000
