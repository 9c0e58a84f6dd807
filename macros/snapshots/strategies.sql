{# How a snapshot tells that a row has changed. A strategy is a macro snapshot_<name>_strategy(model_node, snapshotted_rel, model_rel,
   model_config, target_exists); it returns a mapping: unique_key, updated_at, row_changed, scd_id and hard_deletes, all SQL texts. #}

{% macro snapshot_get_time() -%}
  {{ return(adapter.dispatch('snapshot_get_time', 'dbt')()) }}
{%- endmacro %}

{% macro default__snapshot_get_time() -%}
  cast({{ current_timestamp() }} as {{ type_timestamp() }})
{%- endmacro %}

{% macro mysql__snapshot_get_time() -%}
  {{ current_timestamp() }}
{%- endmacro %}

{% macro sqlite__snapshot_get_time() -%}
  strftime('%Y-%m-%d %H:%M:%f', 'now')
{%- endmacro %}

{# One text of several values, hashed where the database can. #}
{% macro snapshot_hash_arguments(args) -%}
  {{ return(adapter.dispatch('snapshot_hash_arguments', 'dbt')(args)) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
  md5({% for arg in args %}coalesce(cast({{ arg }} as {{ type_string() }}), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro mysql__snapshot_hash_arguments(args) -%}
  md5(concat_ws('|'{% for arg in args %}, coalesce(cast({{ arg }} as char), ''){% endfor %}))
{%- endmacro %}

{% macro sqlite__snapshot_hash_arguments(args) -%}
  hex({% for arg in args %}coalesce(cast({{ arg }} as text), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro get_snapshot_get_time_data_type() -%}
  {{ return(type_timestamp()) }}
{%- endmacro %}

{% macro snapshot_string_as_time(timestamp) -%}
  {{ return(adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp)) }}
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) -%}
  cast('{{ timestamp }}' as {{ type_timestamp() }})
{%- endmacro %}

{% macro mysql__snapshot_string_as_time(timestamp) -%}
  cast('{{ timestamp }}' as datetime(6))
{%- endmacro %}

{% macro sqlite__snapshot_string_as_time(timestamp) -%}
  '{{ timestamp }}'
{%- endmacro %}

{# The names of the columns that a snapshot adds. #}
{% macro get_snapshot_table_column_names() -%}
  {{ return({'dbt_valid_to': 'dbt_valid_to', 'dbt_valid_from': 'dbt_valid_from', 'dbt_scd_id': 'dbt_scd_id',
             'dbt_updated_at': 'dbt_updated_at', 'dbt_is_deleted': 'dbt_is_deleted'}) }}
{%- endmacro %}

{% macro snapshot_columns() -%}
  {%- set names = get_snapshot_table_column_names() -%}
  {%- for key, name in (config.get('snapshot_meta_column_names') or {}).items() if name -%}
    {% do names.update({key: name}) %}
  {%- endfor -%}
  {{ return(names) }}
{%- endmacro %}

{% macro get_hard_deletes(model_config) -%}
  {%- set chosen = model_config.get('hard_deletes') -%}
  {%- if chosen is none or not chosen -%}
    {{ return('invalidate' if model_config.get('invalidate_hard_deletes') else 'ignore') }}
  {%- endif -%}
  {%- if chosen not in ['ignore', 'invalidate', 'new_record'] -%}
    {% do exceptions.raise_compiler_error("hard_deletes '" ~ chosen ~ "' is unknown: use ignore, invalidate or new_record") %}
  {%- endif -%}
  {{ return(chosen) }}
{%- endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
  {%- set updated_at = model_config.get('updated_at') -%}
  {%- if not updated_at -%}
    {% do exceptions.raise_compiler_error("Snapshot '" ~ node.name ~ "' has the strategy timestamp, which needs `updated_at`: the column that says when a row changed") %}
  {%- endif -%}
  {%- set keys = unique_key_columns(model_config.get('unique_key')) -%}
  {%- set columns = snapshot_columns() -%}
  {{ return({'unique_key': model_config.get('unique_key'), 'updated_at': updated_at,
             'row_changed': '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')',
             'scd_id': snapshot_hash_arguments(keys + [updated_at]), 'hard_deletes': get_hard_deletes(model_config)}) }}
{%- endmacro %}

{% macro get_true_sql() -%}
  {{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_true_sql() -%}
  {{ return('1 = 1') }}
{%- endmacro %}

{# Whether a watched column is new, and the watched columns that both sides have. #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- set queried = get_columns_in_query(node['compiled_code']) -%}
  {%- if check_cols_config == 'all' -%}
    {%- set wanted = queried -%}
  {%- elif check_cols_config is iterable and check_cols_config is not string and check_cols_config | length > 0 -%}
    {%- set wanted = check_cols_config | list -%}
  {%- else -%}
    {% do exceptions.raise_compiler_error("Snapshot '" ~ node.name ~ "' has the strategy check, which needs `check_cols`: 'all' or a list of columns") %}
  {%- endif -%}
  {%- if not target_exists -%}{{ return((false, wanted)) }}{%- endif -%}
  {%- set known = adapter.get_columns_in_relation(load_cached_relation(this)) | map(attribute='name') | map('lower') | list -%}
  {%- set shared = [] -%}
  {%- for name in wanted if name | lower in known -%}{% do shared.append(name) %}{%- endfor -%}
  {{ return((shared | length < wanted | length, shared)) }}
{%- endmacro %}

{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) -%}
  {%- set keys = unique_key_columns(model_config.get('unique_key')) -%}
  {%- set updated_at = model_config.get('updated_at') or snapshot_get_time() -%}
  {%- set added, watched = snapshot_check_all_get_existing_columns(node, target_exists, model_config.get('check_cols')) -%}
  {%- set differences = [get_true_sql()] if added else [] -%}
  {%- for name in watched -%}
    {%- set old = snapshotted_rel ~ '.' ~ adapter.quote(name) -%}
    {%- set new = current_rel ~ '.' ~ adapter.quote(name) -%}
    {% do differences.append(old ~ ' <> ' ~ new ~ ' or (' ~ old ~ ' is null and ' ~ new ~ ' is not null) or (' ~ old ~ ' is not null and ' ~ new ~ ' is null)') %}
  {%- endfor -%}
  {{ return({'unique_key': model_config.get('unique_key'), 'updated_at': updated_at, 'row_changed': '(' ~ (differences | join(' or ')) ~ ')',
             'scd_id': snapshot_hash_arguments(keys + [updated_at]), 'hard_deletes': get_hard_deletes(model_config)}) }}
{%- endmacro %}

{% macro strategy_dispatch(name) -%}
  {%- set parts = name.split('.') -%}
  {%- set found = context.get('snapshot_' ~ name ~ '_strategy') if parts | length == 1
                  else (context.get(parts[0]) or {}).get('snapshot_' ~ parts[1] ~ '_strategy') -%}
  {%- if not found -%}
    {% do exceptions.raise_compiler_error("strategy '" ~ name ~ "' needs a macro snapshot_" ~ parts[-1] ~ '_strategy, which does not exist; built in are: timestamp, check') %}
  {%- endif -%}
  {{ return(found) }}
{%- endmacro %}
