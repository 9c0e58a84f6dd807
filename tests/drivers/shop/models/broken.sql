select nosuch from {{ ref('sales') }}
