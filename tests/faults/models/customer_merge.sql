{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}
-- a direct one
select id, name, {{ var('generation') }} as generation from {{ source('crm', 'customers_guarded' if var('guarded', false) else 'customers') }}
where id <= {{ var('few', 0) or 60000 }}
