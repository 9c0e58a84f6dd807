{{ config(materialized='incremental', unique_key='id', change_detection='hash', target='pg2') }}
select * from {{ source('src', 'followed') }}
