select id, name, {{ var('generation') }} as generation from {{ source('crm', 'customers') }}
