select id, kind from {{ source('crm', 'events') }}
