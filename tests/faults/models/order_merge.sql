{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}
-- before each run a part of its rows is taken away, so that there are rows to update and rows to add
select o.id, o.amount, o.note, c.name, {{ var('generation') }} as generation
from {{ source('shop', 'orders_guarded' if var('guarded', false) else 'orders') }} as o
join {{ source('crm', 'customers_guarded' if var('guarded', false) else 'customers') }} as c on c.id = o.customer_id
where o.id <= {{ var('few', 0) or 40000 }}
