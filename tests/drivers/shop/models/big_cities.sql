{{ config(materialized='view') }}
select * from {{ ref('cities') }} where total > 20
