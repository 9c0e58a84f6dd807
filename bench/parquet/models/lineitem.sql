{{ config(target='lake') }}
select * from {{ source('crm', 'lineitem') }}
