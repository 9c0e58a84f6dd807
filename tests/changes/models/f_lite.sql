{{ config(target='lite') }} select * from {{ source('src', 'f') }}
