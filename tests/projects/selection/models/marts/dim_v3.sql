select 3 as id from {{ ref('dim', v=2) }}
