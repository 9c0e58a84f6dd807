select * from {{ source('crm', 'orders') }}
