{{ config(schema='other', alias='item_list') }} select * from {{ ref('stg_items') }} join {{ ref('colors') }} using (id)
