select id, name, {{ var('generation') }} as generation from {{ source('crm', 'customers_guarded' if var('guarded', false) else 'customers') }}
