{# A table that keeps every state its rows have had, each with the time from when and until when it was the current one. #}

{# The names dbt_unique_key, or dbt_unique_key_1 … of a key of several columns. #}
{% macro snapshot_key_names(keys) -%}
  {%- set names = [] -%}
  {%- for key in keys -%}{% do names.append('dbt_unique_key' if keys | length == 1 else 'dbt_unique_key_' ~ loop.index) %}{%- endfor -%}
  {{ return(names) }}
{%- endmacro %}

{# The key as a config gives it: a text, or a list of them. Each of these four can be a project's own. #}
{% macro unique_key_fields(unique_key) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- set names = snapshot_key_names(keys) -%}
  {%- for key in keys -%}{{ key }} as {{ names[loop.index0] }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- for name in snapshot_key_names(unique_key_columns(unique_key)) -%}
    {{ identifier }}.{{ name }} = {{ from_identifier }}.{{ name }}{{ ' and ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}

{# No row was joined, if any part of its key is NULL. #}
{% macro unique_key_is_null(unique_key, identifier) -%}
  {{ identifier }}.{{ snapshot_key_names(unique_key_columns(unique_key))[0] }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) -%}
  {{ identifier }}.{{ snapshot_key_names(unique_key_columns(unique_key))[0] }} is not null
{%- endmacro %}

{# Until when the current state holds: nobody knows (NULL), or the time that dbt_valid_to_current names. #}
{% macro get_dbt_valid_to_current(strategy, columns) -%}
  {%- set open_end = config.get('dbt_valid_to_current') -%}
  {%- set nobody_knows = 'nullif(' ~ strategy.updated_at ~ ', ' ~ strategy.updated_at ~ ')' -%}
  {{ return(nobody_knows if not open_end else 'coalesce(' ~ nobody_knows ~ ', ' ~ open_end ~ ')') }}
{%- endmacro %}

{% macro snapshot_is_current(alias, columns) -%}
  {%- set open_end = config.get('dbt_valid_to_current') -%}
  {%- set column = alias ~ columns.dbt_valid_to -%}
  {{ return('(' ~ column ~ ' = ' ~ open_end ~ ' or ' ~ column ~ ' is null)' if open_end else column ~ ' is null') }}
{%- endmacro %}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ return(adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql)) }}
{%- endmacro %}

{% macro default__build_snapshot_table(strategy, sql) -%}
  {%- set columns = snapshot_columns() -%}
  select sbq.*,
    {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
    {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, columns) }} as {{ columns.dbt_valid_to }}
    {%- if strategy.hard_deletes == 'new_record' %},
    'False' as {{ columns.dbt_is_deleted }}{% endif %}
  from (
    {{ sql }}
  ) as sbq
{%- endmacro %}

{# What a later run changes: rows to insert, rows whose state ends ('update'), rows that are gone ('delete'). #}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ return(adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation)) }}
{%- endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = snapshot_columns() -%}
  {%- set keys = unique_key_columns(strategy.unique_key) -%}
  {%- set the_key = strategy.unique_key -%}
  {%- set names = get_columns_in_query(source_sql) -%}
  {%- set known = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | map('lower') | list -%}
  {%- set marks = strategy.hard_deletes == 'new_record' -%}
  {%- set now = snapshot_get_time() -%}
  {%- set open_end = config.get('dbt_valid_to_current') -%}
  {%- set changed = strategy.row_changed -%}
  {%- if marks -%}
    {%- set changed = '(' ~ changed ~ ' or snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True')" -%}
  {%- endif -%}
  with snapshot_query as (
    {{ source_sql }}
  ),
  snapshotted_data as (
    select snapshot_table.*, {{ unique_key_fields(the_key) }}
    from {{ target_relation }} as snapshot_table
    where {{ snapshot_is_current('snapshot_table.', columns) }}
  ),
  source_data as (
    select snapshot_query.*, {{ unique_key_fields(the_key) }},
      {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
      {{ get_dbt_valid_to_current(strategy, columns) }} as {{ columns.dbt_valid_to }},
      {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
    from snapshot_query
  )
  select 'insert' as dbt_change_type,
    {% for name in names %}source_data.{{ adapter.quote(name) }}, {% endfor %}
    source_data.{{ columns.dbt_updated_at }}, source_data.{{ columns.dbt_valid_from }}, source_data.{{ columns.dbt_valid_to }},
    source_data.{{ columns.dbt_scd_id }}{% if marks %}, 'False' as {{ columns.dbt_is_deleted }}{% endif %}
  from source_data left join snapshotted_data on {{ unique_key_join_on(the_key, 'source_data', 'snapshotted_data') }}
  where {{ unique_key_is_null(the_key, 'snapshotted_data') }} or {{ changed }}
  union all
  select 'update' as dbt_change_type,
    {% for name in names %}source_data.{{ adapter.quote(name) }}, {% endfor %}
    source_data.{{ columns.dbt_updated_at }}, source_data.{{ columns.dbt_valid_from }}, source_data.{{ columns.dbt_updated_at }},
    snapshotted_data.{{ columns.dbt_scd_id }}{% if marks %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}
  from source_data join snapshotted_data on {{ unique_key_join_on(the_key, 'source_data', 'snapshotted_data') }}
  where {{ changed }}
  {%- if strategy.hard_deletes != 'ignore' %}
    {%- for kind in ['delete', 'insert'] if kind == 'delete' or marks %}
  union all
  select '{{ kind }}' as dbt_change_type,
    {% for name in names %}{{ 'snapshotted_data.' ~ adapter.quote(name) if name | lower in known else 'null' }}, {% endfor %}
    {{ now }}, {{ now }}, {{ now if kind == 'delete' else (open_end or 'nullif(' ~ now ~ ', ' ~ now ~ ')') }},
    {{ 'snapshotted_data.' ~ columns.dbt_scd_id if kind == 'delete' else snapshot_deleted_id(keys, now) }}{% if marks %},
    {{ 'snapshotted_data.' ~ columns.dbt_is_deleted if kind == 'delete' else "'True'" }}{% endif %}
  from snapshotted_data left join source_data on {{ unique_key_join_on(the_key, 'source_data', 'snapshotted_data') }}
  where {{ unique_key_is_null(the_key, 'source_data') }}{% if marks %} and snapshotted_data.{{ columns.dbt_is_deleted }} <> 'True'{% endif %}
    {%- endfor %}
  {%- endif %}
{%- endmacro %}

{% macro snapshot_deleted_id(keys, now) -%}
  {%- set parts = [] -%}
  {%- for name in snapshot_key_names(keys) -%}{% do parts.append('snapshotted_data.' ~ name) %}{%- endfor -%}
  {{ return(snapshot_hash_arguments(parts + [now])) }}
{%- endmacro %}

{% macro snapshot_merge_sql(target, source, insert_cols) -%}
  {{ return(adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols)) }}
{%- endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = snapshot_columns() -%}
  update {{ target }} as DBT_INTERNAL_DEST
  set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
  from {{ source }} as DBT_INTERNAL_SOURCE
  where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    and {{ snapshot_is_current('DBT_INTERNAL_DEST.', columns) }};
  {{ snapshot_insert_sql(target, source, insert_cols) }}
{%- endmacro %}

{% macro mysql__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = snapshot_columns() -%}
  update {{ target }} as DBT_INTERNAL_DEST
  join {{ source }} as DBT_INTERNAL_SOURCE
    on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
  set DBT_INTERNAL_DEST.{{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
  where DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    and {{ snapshot_is_current('DBT_INTERNAL_DEST.', columns) }};
  {{ snapshot_insert_sql(target, source, insert_cols) }}
{%- endmacro %}

{% macro snapshot_insert_sql(target, source, insert_cols) -%}
  insert into {{ target }} ({{ insert_cols | join(', ') }})
  select {{ insert_cols | join(', ') }} from {{ source }} as DBT_INTERNAL_SOURCE
  where DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
{%- endmacro %}

{# Columns that the query has and the table lacks. #}
{% macro create_columns(relation, columns) -%}
  {{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}
{%- endmacro %}

{% macro default__create_columns(relation, columns) -%}
  {%- if columns -%}
    {% do alter_relation_add_remove_columns(relation, columns, []) %}
  {%- endif -%}
{%- endmacro %}

{% macro post_snapshot(staging_relation) -%}
  {{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}
{%- endmacro %}

{% macro default__post_snapshot(staging_relation) -%}
{%- endmacro %}

{# Rows from elsewhere, in a table of the target; the query that reads them. #}
{% macro snapshot_source_sql(arrived, sql) -%}
  {%- if not adapter.moves_data() -%}{{ return(sql) }}{%- endif -%}
  {% do adapter.create_table_for_transfer(arrived) %}
  {% do adapter.transfer(arrived) %}
  {{ return('select * from ' ~ arrived) }}
{%- endmacro %}

{% macro check_snapshot_config(existing) -%}
  {%- if not config.get('strategy') -%}
    {% do exceptions.raise_compiler_error("Snapshot '" ~ model.name ~ "' has no `strategy`: use timestamp or check") %}
  {%- endif -%}
  {%- if not config.get('unique_key') -%}
    {% do exceptions.raise_compiler_error("Snapshot '" ~ model.name ~ "' has no `unique_key`: the column, or list of columns, that names a row") %}
  {%- endif -%}
  {%- if existing is not none and not existing.is_table -%}
    {% do exceptions.raise_compiler_error(existing ~ ' is a ' ~ existing.type ~ ', and a snapshot never replaces what is there: drop it or choose another alias') %}
  {%- endif -%}
{%- endmacro %}

{% materialization snapshot, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {% do check_snapshot_config(existing) %}
  {%- set columns = snapshot_columns() -%}
  {% do drop_stale_relations(target_relation) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {%- set moved = adapter.moves_data() -%}
  {%- set arrived = target_relation.incorporate(path={'identifier': adapter.temporary_name(target_relation.identifier, '_arrived')}) -%}
  {%- set source_sql = snapshot_source_sql(arrived, sql) -%}
  {% do model.update({'compiled_code': source_sql}) %}
  {%- set strategy = strategy_dispatch(config.get('strategy'))(model, 'snapshotted_data', 'source_data', config, existing is not none) -%}
  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if existing is none -%}
    {%- set intermediate = make_intermediate_relation(target_relation) -%}
    {% call statement('main', auto_begin=False) -%}
      {{ get_create_table_as_sql(False, intermediate, build_snapshot_table(strategy, source_sql)) }}
    {%- endcall %}
    {% do adapter.cache_added(intermediate) %}
    {% do create_indexes(intermediate) %}
    {% do swap_relation(intermediate, none, target_relation) %}
  {%- else -%}
    {% do update_snapshot(target_relation, strategy, source_sql, columns) %}
  {%- endif -%}
  {%- if moved -%}{% do drop_staging_relation(arrived, true) %}{%- endif -%}
  {% do finish_relation(target_relation, should_revoke=existing is not none) %}
  {%- if moved -%}{% do drop_staging_after_commit(arrived, true) %}{%- endif -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# A temporary table of what a later run changes. #}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) -%}
  {%- set staging = make_temp_relation(target_relation) -%}
  {%- set query = snapshot_staging_table(strategy, sql, target_relation) -%}
  {% call statement('build_snapshot_staging_relation', auto_begin=False) -%}
    {{ get_create_table_as_sql(True, staging, query) }}
  {%- endcall %}
  {{ return(staging) }}
{%- endmacro %}

{# The type of `updated_at` in a snapshot's query, by its first column of that name; none if it has none. #}
{% macro get_updated_at_column_data_type(snapshot_sql) -%}
  {%- set wanted = config.get('updated_at') -%}
  {%- for column in get_column_schema_from_query(snapshot_sql) if wanted and column.name | lower == wanted | lower -%}
    {{ return(column.dtype) }}
  {%- endfor -%}
  {{ return(none) }}
{%- endmacro %}

{# Says so if `updated_at` is of another type than the times that the snapshot writes. #}
{% macro check_time_data_types(sql) -%}
  {%- set written = get_snapshot_get_time_data_type() -%}
  {%- set given = get_updated_at_column_data_type(sql) -%}
  {%- if written is not none and given is not none and given | lower != written | lower -%}
    {% do exceptions.warn('updated_at of snapshot ' ~ model.name ~ ' is ' ~ given ~ ', and the times that the snapshot writes are ' ~ written) %}
  {%- endif -%}
{%- endmacro %}

{# An error if the table lacks a column that a snapshot writes. #}
{% macro check_snapshot_columns(target_relation, strategy, columns, existing_columns) -%}
  {%- for key, name in columns.items() if name | lower not in existing_columns and (key != 'dbt_is_deleted' or strategy.hard_deletes == 'new_record') -%}
    {% do exceptions.raise_compiler_error('Snapshot target is missing configured columns: ' ~ target_relation ~ ' has no column ' ~ name ~ ', which a snapshot needs: it was made by something else, or by other settings of snapshot_meta_column_names or hard_deletes') %}
  {%- endfor -%}
{%- endmacro %}

{% macro update_snapshot(target_relation, strategy, source_sql, columns) -%}
  {%- set existing_columns = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | map('lower') | list -%}
  {% do check_snapshot_columns(target_relation, strategy, columns, existing_columns) %}
  {%- set staging = build_snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set staged = adapter.get_columns_in_relation(staging) | rejectattr('name', 'equalto', 'dbt_change_type') | list -%}
  {%- set missing = [] -%}
  {%- for column in staged if column.name | lower not in existing_columns -%}{% do missing.append(column) %}{%- endfor -%}
  {% do create_columns(target_relation, missing) %}
  {%- set insert_cols = [] -%}
  {%- for column in staged -%}{% do insert_cols.append(adapter.quote(column.name)) %}{%- endfor -%}
  {% call statement('main', auto_begin=False) -%}
    {{ snapshot_merge_sql(target_relation, staging, insert_cols) }}
  {%- endcall %}
  {% do post_snapshot(staging) %}
  {% do drop_staging_relation(staging, false) %}
{%- endmacro %}
