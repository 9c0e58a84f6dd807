-- the source needs room on its disk
select id, name, {{ var('generation') }} as generation from {{ source('crm', 'customers_sorted') }}
