-- within the target
select id, amount, note, name, {{ var('generation') }} as generation from {{ ref('order_lines') }}
{%- if var('few', 0) %} where id <= {{ var('few') }}{% endif %}
