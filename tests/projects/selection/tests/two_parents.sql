{{ config(group='finance') }} select * from {{ ref('orders') }} o join {{ ref('customers') }} c using (id) where id < -1
