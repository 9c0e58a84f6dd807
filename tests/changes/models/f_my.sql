{{ config(target='my') }} select * from {{ source('src', 'f') }}
