select id, name, {{ var('generation') }} as generation from {{ source('crm', 'customers_guarded' if var('guarded', false) else 'customers') }}
{%- if var('few', 0) %} where id <= {{ var('few') }}{% endif %}
