{{ config(transfer={'join_filter_rows': 1}) }}
select e.id, e.kind, v.kind as visited from {{ source('crm', 'events') }} as e join {{ source('shop', 'visits') }} as v on v.id = e.id
where v.kind = 'kind 3'
