select id, kind from {{ source('shop', 'slow_visits') }}
