{{ config(target='duck') }} select * from {{ source('src', 'f') }}
