{# Adds to a table what its query gives now. The first run, and --full-refresh, build it as a table. #}

{% macro is_incremental() -%}
  {%- if not execute -%}{{ return(False) }}{%- endif -%}
  {%- set relation = load_cached_relation(this) -%}
  {{ return(relation is not none and relation.type == 'table' and model.config.materialized == 'incremental' and not should_full_refresh()) }}
{%- endmacro %}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') -%}
  {%- if on_schema_change not in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] -%}
    {% do exceptions.raise_compiler_error("on_schema_change '" ~ on_schema_change ~ "' is unknown: use ignore, append_new_columns, sync_all_columns or fail") %}
  {%- endif -%}
  {{ return(on_schema_change) }}
{%- endmacro %}

{# Columns that both sides have, after the policy has been applied. #}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) -%}
  {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
  {%- set source_names = source_columns | map(attribute='name') | list -%}
  {%- set target_names = target_columns | map(attribute='name') | list -%}
  {%- set added = source_columns | rejectattr('name', 'in', target_names) | list -%}
  {%- set removed = target_columns | rejectattr('name', 'in', source_names) | list -%}
  {%- if on_schema_change == 'ignore' -%}
    {%- set missing = target_names | reject('in', source_names) | list -%}
    {%- if missing and not (target_names | select('in', source_names) | list) -%}
      {% do exceptions.raise_compiler_error('The query and ' ~ target_relation ~ ' have no column in common') %}
    {%- endif -%}
    {{ return(target_columns | selectattr('name', 'in', source_names) | list) }}
  {%- endif -%}
  {%- if added or removed -%}
    {%- if on_schema_change == 'fail' -%}
      {% do exceptions.raise_compiler_error('The source and target schemas on this incremental model are out of sync! Added: '
          ~ (added | map(attribute='name') | join(', ') or 'none') ~ '; removed: ' ~ (removed | map(attribute='name') | join(', ') or 'none')
          ~ '. Run with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns.') %}
    {%- endif -%}
    {% do alter_relation_add_remove_columns(target_relation, added, removed if on_schema_change == 'sync_all_columns' else []) %}
  {%- endif -%}
  {{ return(source_columns) }}
{%- endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
  {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns or [], remove_columns or [])) }}
{%- endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
  {%- for column in add_columns -%}
    {% call statement('add_column', auto_begin=False) -%}
      alter table {{ relation }} add column {{ adapter.quote(column.name) }} {{ column.data_type }}
    {%- endcall %}
  {%- endfor -%}
  {%- for column in remove_columns -%}
    {% call statement('drop_column', auto_begin=False) -%}
      alter table {{ relation }} drop column {{ adapter.quote(column.name) }}
    {%- endcall %}
  {%- endfor -%}
{%- endmacro %}

{% macro choose_incremental_sql(strategy, arguments) -%}
  {%- set chosen = strategy or 'default' -%}
  {%- set macro_name = 'get_incremental_' ~ (chosen | replace('+', '_')) ~ '_sql' -%}
  {%- set found = context.get(macro_name) -%}
  {%- if not found -%}
    {% do exceptions.raise_compiler_error("incremental_strategy '" ~ chosen ~ "' needs a macro " ~ macro_name ~ ', which does not exist; built in are: append, delete+insert, merge') %}
  {%- endif -%}
  {{ return(found(arguments)) }}
{%- endmacro %}

{% materialization incremental, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- if existing is none or existing.is_view or should_full_refresh() -%}
    {% do build_and_swap_table(target_relation, sql) %}
    {{ return({'relations': [target_relation]}) }}
  {%- endif -%}

  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change', 'ignore')) -%}
  {% do drop_stale_relations(target_relation) %}
  {%- set moved = adapter.moves_data() -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {%- if moved -%}
    {%- set staging = make_intermediate_relation(target_relation) -%}
    {% do adapter.create_table_for_transfer(staging) %}
    {% do adapter.transfer(staging) %}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- else -%}
    {%- set staging = make_temp_relation(target_relation) -%}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('stage', auto_begin=False) -%}
      {{ get_create_table_as_sql(True, staging, sql) }}
    {%- endcall %}
  {%- endif -%}
  {%- set columns = process_schema_changes(on_schema_change, staging, target_relation) -%}
  {%- set arguments = {'target_relation': target_relation, 'temp_relation': staging, 'unique_key': config.get('unique_key'),
                       'dest_columns': columns, 'incremental_predicates': config.get('incremental_predicates') or config.get('predicates')} -%}
  {% call statement('main', auto_begin=False) -%}
    {{ choose_incremental_sql(config.get('incremental_strategy'), arguments) }}
  {%- endcall %}
  {% do drop_staging_relation(staging, moved) %}
  {% do finish_relation(target_relation) %}
  {% do drop_staging_after_commit(staging, moved) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# Dropped inside the transaction where DDL is part of it … #}
{% macro drop_staging_relation(staging, moved) -%}
  {{ return(adapter.dispatch('drop_staging_relation', 'dbt')(staging, moved)) }}
{%- endmacro %}

{% macro default__drop_staging_relation(staging, moved) -%}
  {%- if moved -%}
    {% do adapter.drop_relation(staging) %}
  {%- else -%}
    {% call statement('drop_temporary', auto_begin=False) -%}
      drop table if exists {{ staging }}
    {%- endcall %}
  {%- endif -%}
{%- endmacro %}

{# … or after it, where a DROP would end it. #}
{% macro drop_staging_after_commit(staging, moved) -%}
  {{ return(adapter.dispatch('drop_staging_after_commit', 'dbt')(staging, moved)) }}
{%- endmacro %}

{% macro default__drop_staging_after_commit(staging, moved) -%}
{%- endmacro %}
