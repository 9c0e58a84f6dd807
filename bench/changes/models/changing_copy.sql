{{ config(materialized='incremental', unique_key='id', change_detection='hash', indexes=[{'columns': ['id'], 'unique': true}]) }}
select * from {{ source('crm', 'changing') }}
