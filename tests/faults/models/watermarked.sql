{{ config(materialized='incremental', incremental_strategy='append', target=var('to', 'warehouse'),
          watermarks={'shop.growing_orders': 'id', 'crm.growing_customers': 'changed'},
          pre_hook=[{'sql': "{% if var('pause', '') == 'load' %}select pg_sleep(60){% endif %}", 'transaction': true}],
          post_hook=[{'sql': "{% if var('pause', '') == 'commit' %}select pg_sleep(60){% endif %}", 'transaction': true},
                     {'sql': "{% if var('pause', '') == 'end' %}select pg_sleep(60){% endif %}", 'transaction': false}]) }}
-- what is read by watermarks: a row that is loaded twice, or not at all, stays so
select 'order' as kind, id, amount from {{ source('shop', 'growing_orders') }}
union all
select 'customer', id, 0 from {{ source('crm', 'growing_customers') }}
