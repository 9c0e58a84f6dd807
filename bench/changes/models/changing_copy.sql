{{ config(materialized='incremental', unique_key='id', change_detection='hash', hash_groups=var('groups', true), indexes=[{'columns': ['id'], 'unique': true}]) }}
select * from {{ source('crm', 'changing') }}
