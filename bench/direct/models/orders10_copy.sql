select * from {{ source('crm', 'orders10') }}
