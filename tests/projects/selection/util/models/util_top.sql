select * from {{ ref('util_base') }}
