select * from {{ ref('dim') }} union select id from {{ ref('dim', v=1) }}
