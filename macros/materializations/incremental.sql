{# Adds to a table what its query gives now. The first run, and --full-refresh, build it as a table. #}

{# Where rows are compared with those of the run before, the query stands for all of them. Of a full refresh no batch is, though those behind the first add to the table. #}
{% macro is_incremental() -%}
  {%- if not execute or model.config.change_detection or (adapter.adds_batch() and full_refresh_is_asked()) -%}{{ return(False) }}{%- endif -%}
  {%- set relation = load_cached_relation(this) -%}
  {{ return(relation is not none and relation.type == 'table' and model.config.materialized == 'incremental' and not should_full_refresh()) }}
{%- endmacro %}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') -%}
  {%- if on_schema_change not in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] -%}
    {% do adapter.note('InvalidOnSchemaChange', "on_schema_change '" ~ on_schema_change ~ "' is unknown and taken as '" ~ default
         ~ "': use ignore, append_new_columns, sync_all_columns or fail") %}
    {{ return(default) }}
  {%- endif -%}
  {{ return(on_schema_change) }}
{%- endmacro %}

{# The columns of one list whose names the other does not have. #}
{% macro diff_columns(source_columns, target_columns) -%}
  {%- set known = target_columns | map(attribute='name') | list -%}
  {{ return(source_columns | rejectattr('name', 'in', known) | list) }}
{%- endmacro %}

{# [{column_name, new_type}] of columns that both have, of other types. #}
{% macro diff_column_data_types(source_columns, target_columns) -%}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{%- endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) -%}
  {%- set types = {} -%}
  {%- for column in target_columns -%}{% do types.update({column.name: column.data_type}) %}{%- endfor -%}
  {%- set retyped = [] -%}
  {%- for column in source_columns if column.name in types and column.data_type | lower != types[column.name] | lower -%}
    {% do retyped.append({'column_name': column.name, 'new_type': column.data_type, 'old_type': types[column.name]}) %}
  {%- endfor -%}
  {{ return(retyped) }}
{%- endmacro %}

{# What the new rows have and the table has not, the other way round, and where both have a column of another type. #}
{% macro check_for_schema_changes(source_relation, target_relation) -%}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{%- endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) -%}
  {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source_columns, target_columns) -%}
  {%- set removed = diff_columns(target_columns, source_columns) -%}
  {%- set retyped = diff_column_data_types(source_columns, target_columns) -%}
  {{ return({'schema_changed': (added or removed or retyped) and true, 'source_not_in_target': added, 'target_not_in_source': removed,
             'source_columns': source_columns, 'target_columns': target_columns, 'new_target_types': retyped}) }}
{%- endmacro %}

{# Texts of the table that are shorter than those to come are made longer, whatever the policy. #}
{% macro widen_texts(source_relation, target_relation) -%}
  {%- set lengths = {} -%}
  {%- for column in adapter.get_columns_in_relation(target_relation) if column.is_string() and column.char_size -%}
    {% do lengths.update({column.name: column.char_size}) %}
  {%- endfor -%}
  {%- for column in adapter.get_columns_in_relation(source_relation) if column.name in lengths and column.is_string() -%}
    {%- if column.char_size and column.char_size > lengths[column.name] -%}
      {% do alter_column_type(target_relation, column.name, column.data_type) %}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
  {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}

{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
  {%- set name = adapter.quote(column_name) -%}
  {% call statement('alter_column_type', auto_begin=False) -%}
    alter table {{ relation }} alter column {{ name }} type {{ new_column_type }} using cast({{ name }} as {{ new_column_type }})
  {%- endcall %}
{%- endmacro %}

{# `schema_changes_dict`: what check_for_schema_changes told. #}
{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) -%}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{%- endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) -%}
  {%- set changes = schema_changes_dict -%}
  {%- set removed = changes.target_not_in_source if on_schema_change == 'sync_all_columns' else [] -%}
  {%- if changes.source_not_in_target or removed -%}
    {% do alter_relation_add_remove_columns(target_relation, changes.source_not_in_target, removed) %}
  {%- endif -%}
  {%- if on_schema_change == 'sync_all_columns' -%}
    {%- for each in changes.new_target_types -%}
      {% do alter_column_type(target_relation, each.column_name, each.new_type) %}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{# The columns to write, after the policy has been applied. #}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) -%}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{%- endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) -%}
  {% do widen_texts(source_relation, target_relation) %}
  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {%- set removed = changes.target_not_in_source | map(attribute='name') | join(', ') -%}
  {%- if on_schema_change == 'ignore' -%}
    {%- if removed -%}
      {% do exceptions.raise_compiler_error('The query no longer has column(s) ' ~ removed ~ ' of ' ~ target_relation
          ~ '. Run with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns.') %}
    {%- endif -%}
    {{ return(changes.target_columns) }}
  {%- endif -%}
  {%- if changes.schema_changed and on_schema_change == 'fail' -%}
    {%- set types = [] -%}
    {%- for each in changes.new_target_types -%}{% do types.append(each.column_name ~ ' ' ~ each.old_type ~ ' -> ' ~ each.new_type) %}{%- endfor -%}
    {% do exceptions.raise_compiler_error('The source and target schemas on this incremental model are out of sync! Added: '
        ~ (changes.source_not_in_target | map(attribute='name') | join(', ') or 'none') ~ '; removed: ' ~ (removed or 'none')
        ~ '; of other types: ' ~ (types | join(', ') or 'none')
        ~ '. Run with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns.') %}
  {%- endif -%}
  {%- if changes.schema_changed -%}
    {% do sync_column_schemas(on_schema_change, target_relation, changes) %}
  {%- endif -%}
  {{ return(changes.source_columns) }}
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

{# The macro of a strategy; an error if there is none. #}
{% macro incremental_strategy_macro(strategy) -%}
  {%- set chosen = strategy or 'default' -%}
  {%- set macro_name = 'get_incremental_' ~ (chosen | replace('+', '_')) ~ '_sql' -%}
  {%- set found = context.get(macro_name) -%}
  {%- if not found -%}
    {% do exceptions.raise_compiler_error('dbt could not find an incremental strategy macro with the name "' ~ macro_name ~ '" in ' ~ project_name
         ~ ": incremental_strategy '" ~ chosen ~ "' needs it. Built in are: append, delete+insert, insert_overwrite, merge, microbatch") %}
  {%- endif -%}
  {%- if chosen == 'insert_overwrite' -%}{% do overwrite_partitions() %}{%- endif -%}{# what the config lacks is told before a row moves #}
  {{ return(found) }}
{%- endmacro %}

{# What the macro of a strategy is called with. #}
{% macro incremental_strategy_arguments(target_relation, staging, columns) -%}
  {{ return({'target_relation': target_relation, 'temp_relation': staging, 'unique_key': config.get('unique_key'), 'dest_columns': columns,
             'incremental_predicates': config.get('incremental_predicates') or config.get('predicates')}) }}
{%- endmacro %}

{% materialization incremental, default -%}
  {%- set strategy_macro = incremental_strategy_macro(config.get('incremental_strategy')) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change', 'ignore')) -%}
  {%- if adapter.finds_changes() -%}
    {{ return(build_from_changes(target_relation, existing, on_schema_change, strategy_macro, sql)) }}
  {%- endif -%}
  {%- if existing is none or existing.type != 'table' or should_full_refresh() -%}
    {% do build_and_swap_table(target_relation, sql) %}
    {{ return({'relations': [target_relation]}) }}
  {%- endif -%}

  {% do drop_stale_relations(target_relation) %}
  {%- set moved = adapter.moves_data() -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {%- if moved -%}
    {%- if contract_is_enforced() -%}
      {% do get_assert_columns_equivalent(sql) %}
    {%- endif -%}
    {% do tell_header_is_not_run() %}
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
  {% do adapter.begin() %}{# again, where a changed schema or a hook ended the transaction #}
  {%- set arguments = incremental_strategy_arguments(target_relation, staging, columns) -%}
  {%- if config.get('unique_key') and config.get('incremental_strategy') not in ['append', 'microbatch'] -%}
    {% do wait_for_other_runs(target_relation) %}
  {%- endif -%}
  {% call statement('main', auto_begin=False) -%}
    {{ strategy_macro(arguments) }}
  {%- endcall %}
  {% do drop_staging_relation(staging, moved) %}
  {% do finish_relation(target_relation, should_revoke=true) %}
  {% do drop_staging_after_commit(staging, moved) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# Until the transaction ends, another run of the model waits here: without a unique index on the keys both would add the rows that neither finds yet. #}
{% macro wait_for_other_runs(relation) -%}
  {% do adapter.dispatch('wait_for_other_runs', 'dbt')(relation) %}
{%- endmacro %}

{% macro default__wait_for_other_runs(relation) -%}{%- endmacro %}

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
