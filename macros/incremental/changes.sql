{# Models with change_detection='hash': the rows of the source are compared with those of the run before by their hashes; only what is
   new or changed is read and merged, and what is gone is deleted. #}

{% macro build_from_changes(target_relation, existing, on_schema_change, strategy_macro, sql) -%}
  {%- set found = adapter.find_changes(existing is none or existing.type != 'table' or should_full_refresh()) -%}
  {%- if found.whole -%}
    {% do build_and_swap_table(target_relation, sql) %}
    {{ return({'relations': [target_relation]}) }}
  {%- endif -%}

  {% do drop_stale_relations(target_relation) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do tell_header_is_not_run() %}
  {%- set staging = make_intermediate_relation(target_relation) -%}
  {%- set touched = found.inserted + found.changed > 0 -%}
  {%- if touched -%}
    {%- if contract_is_enforced() -%}
      {% do get_assert_columns_equivalent(sql) %}
    {%- endif -%}
    {% do adapter.create_table_for_transfer(staging) %}
    {% do adapter.transfer(staging) %}
    {%- set found = adapter.found_changes() -%}
  {%- endif -%}
  {%- set gone = stage_deleted_keys(target_relation, found) -%}

  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if gone is not none -%}
    {% call statement('delete_gone', auto_begin=False) -%}
      {{ get_delete_gone_rows_sql(target_relation, gone, found.key) }}
    {%- endcall %}
    {% do drop_staging_relation(gone, true) %}
  {%- endif -%}
  {%- if touched -%}
    {%- set columns = process_schema_changes(on_schema_change, staging, target_relation) -%}
    {%- set arguments = incremental_strategy_arguments(target_relation, staging, columns) -%}
    {% call statement('main', auto_begin=False) -%}
      {{ strategy_macro(arguments) }}
    {%- endcall %}
    {% do drop_staging_relation(staging, true) %}
  {%- endif -%}
  {% do finish_relation(target_relation, should_revoke=true) %}
  {%- if touched -%}
    {% do drop_staging_after_commit(staging, true) %}
  {%- endif -%}
  {%- if gone is not none -%}
    {% do drop_staging_after_commit(gone, true) %}
  {%- endif -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{# A table of the keys that the source no longer has; none if there are none, or if the model keeps such rows. #}
{% macro stage_deleted_keys(target_relation, found) -%}
  {%- if not found.deleted or config.get('hash_deletes', 'delete') == 'ignore' -%}{{ return(none) }}{%- endif -%}
  {%- set name = adapter.temporary_name(target_relation.identifier, '_gone') -%}
  {%- set gone = target_relation.incorporate(path={'identifier': name}, type='table') -%}
  {% do adapter.take_deleted_keys() %}
  {% do adapter.create_table_for_transfer(gone) %}
  {% do adapter.transfer(gone) %}
  {{ return(gone) }}
{%- endmacro %}

{% macro get_delete_gone_rows_sql(target, gone, keys) -%}
  {{ return(adapter.dispatch('get_delete_gone_rows_sql', 'dbt')(target, gone, keys)) }}
{%- endmacro %}

{% macro default__get_delete_gone_rows_sql(target, gone, keys) -%}
  {%- if keys | length == 1 -%}
  {%- set key = adapter.quote(keys[0]) -%}
  delete from {{ target }} where {{ key }} in (select {{ key }} from {{ gone }})
  {%- else -%}
  delete from {{ target }} where exists (select 1 from {{ gone }} as DBT_INTERNAL_GONE where
    {%- for key in keys %} DBT_INTERNAL_GONE.{{ adapter.quote(key) }} = {{ target }}.{{ adapter.quote(key) }}{{ ' and' if not loop.last }}{% endfor %})
  {%- endif -%}
{%- endmacro %}
