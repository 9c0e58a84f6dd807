select id, kind from {{ source('crm', 'slow_events') }}
