{{ config(transfer={'min_partitions': 8, 'parallel': 1, 'push': 'filters', 'resume': var('resume', false)}) }}
select v.id, e.kind, v.kind as visit from {{ source('shop', 'visits') }} as v join {{ source('crm', 'events') }} as e on e.id = v.id
