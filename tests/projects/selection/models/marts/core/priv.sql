{{ config(access='private') }} select * from {{ ref('customers') }}
