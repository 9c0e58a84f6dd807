-- after the first one: {{ ref('visits_first') }}
select id, kind from {{ source('shop', 'visits') }}
