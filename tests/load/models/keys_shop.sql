{{ config(transfer={'join_filter_rows': 1}) }}
select v.id, v.kind, e.kind as event from {{ source('shop', 'visits') }} as v join {{ source('crm', 'events') }} as e on e.id = v.id
where e.kind = 'kind 3'
