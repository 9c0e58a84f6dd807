select e.id, e.kind, v.kind as visit from {{ source('crm', 'events') }} as e join {{ source('shop', 'visits') }} as v on v.id = e.id
