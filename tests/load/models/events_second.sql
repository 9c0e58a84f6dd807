-- after the first one: {{ ref('events_first') }}
select id, kind from {{ source('crm', 'events') }}
