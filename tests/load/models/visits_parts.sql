{{ config(transfer={'min_partitions': 8, 'parallel': 1, 'resume': var('resume', false)}) }}
select id, kind from {{ source('shop', 'visits') }}
