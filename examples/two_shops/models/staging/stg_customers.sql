select
    customer_id,
    name as customer_name,
    country_code,
    segment,
    created_on
from {{ source('crm', 'customers') }}
where deleted = 0
