select id, kind from {{ source('shop', 'visits') }}
