select id, 1 as amount, current_date as d from {{ source('raw','customers') }}
