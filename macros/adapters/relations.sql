{# Making, renaming and dropping relations. Each macro dispatches, so that a project or an adapter can replace it. #}

{% macro create_schema(relation) -%}
  {% do adapter.dispatch('create_schema', 'dbt')(relation) %}
{%- endmacro %}

{% macro default__create_schema(relation) -%}
  {% call statement('create_schema', auto_begin=False) -%}
    create schema if not exists {{ relation.without_identifier() }}
  {%- endcall %}
{%- endmacro %}

{% macro drop_schema(relation) -%}
  {% do adapter.dispatch('drop_schema', 'dbt')(relation) %}
{%- endmacro %}

{% macro default__drop_schema(relation) -%}
  {% call statement('drop_schema', auto_begin=False) -%}
    drop schema if exists {{ relation.without_identifier() }} cascade
  {%- endcall %}
{%- endmacro %}

{% macro load_cached_relation(relation) -%}
  {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) }}
{%- endmacro %}

{% macro load_relation(relation) -%}
  {{ return(load_cached_relation(relation)) }}
{%- endmacro %}

{# A name beside the target's own, marked with this run, so that a later run can tell what a dead one left behind. #}
{% macro make_intermediate_relation(base_relation, suffix=none) -%}
  {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{%- endmacro %}

{% macro default__make_intermediate_relation(base_relation, suffix) -%}
  {{ return(base_relation.incorporate(path={'identifier': adapter.temporary_name(base_relation.identifier)}, type='table')) }}
{%- endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type='table', suffix='_old') -%}
  {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{%- endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) -%}
  {{ return(base_relation.incorporate(path={'identifier': adapter.temporary_name(base_relation.identifier, suffix)}, type=backup_relation_type)) }}
{%- endmacro %}

{% macro make_temp_relation(base_relation, suffix='_new') -%}
  {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix)) }}
{%- endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) -%}
  {%- set named = base_relation.incorporate(path={'identifier': adapter.temporary_name(base_relation.identifier, suffix)}, type='table') -%}
  {{ return(named.include(database=false, schema=false)) }}
{%- endmacro %}

{# Tables that an interrupted run left behind for this relation. Those of a run that is still at work stay: it says so by a claim on their name. #}
{% macro drop_stale_relations(relation) -%}
  {%- set own = adapter.temporary_name(relation.identifier) -%}
  {% do claim_temporary_name(relation.without_identifier() ~ '.' ~ own) %}
  {%- for stale in adapter.stale_relations(relation) -%}
    {%- set name = name_of_building(stale.identifier) -%}
    {%- if name == own or not is_claimed(relation.without_identifier() ~ '.' ~ name) -%}
      {% do adapter.drop_relation(stale) %}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{# Of the name of a temporary relation what the building that made it has claimed: without a suffix behind the mark of the run, and of its batch. #}
{% macro name_of_building(identifier) -%}
  {%- set parts = identifier.split('__dvt_tmp_') -%}
  {%- set behind = parts[-1][8:].split('_') -%}
  {%- set batch = '_' ~ behind[1] if behind | length > 1 and behind[1][:1] == 'b' and behind[1][1:].isdigit() else '' -%}
  {{ return(identifier[:identifier | length - parts[-1] | length + 8] ~ batch) }}
{%- endmacro %}

{# Until this session ends, others find the name claimed. Systems whose sessions know no such thing claim nothing. #}
{% macro claim_temporary_name(name) -%}
  {% do adapter.dispatch('claim_temporary_name', 'dbt')(name) %}
{%- endmacro %}

{% macro default__claim_temporary_name(name) -%}{%- endmacro %}

{# Whether a session of another run claims the name, and still does so a second later: the server may be about to notice that a run was killed. #}
{% macro is_claimed(name) -%}
  {{ return(adapter.dispatch('is_claimed', 'dbt')(name)) }}
{%- endmacro %}

{% macro default__is_claimed(name) -%}
  {{ return(false) }}
{%- endmacro %}

{# The first value that a query gives. #}
{% macro value_of_query(sql) -%}
  {% call statement('value_of_query', fetch_result=True, auto_begin=False) -%}
    {{ sql }}
  {%- endcall %}
  {{ return(load_result('value_of_query').table.rows[0][0]) }}
{%- endmacro %}

{% macro drop_relation(relation) -%}
  {{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_relation(relation) -%}
  {% call statement('drop_relation', auto_begin=False) -%}
    {{ get_drop_sql(relation) }}
  {%- endcall %}
{%- endmacro %}

{% macro get_drop_sql(relation) -%}
  {{ return(adapter.dispatch('get_drop_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_drop_sql(relation) -%}
  {%- if relation.is_view -%}{{ drop_view(relation) }}
  {%- elif relation.is_materialized_view -%}{{ drop_materialized_view(relation) }}
  {%- else -%}{{ drop_table(relation) }}
  {%- endif -%}
{%- endmacro %}

{% macro drop_relation_if_exists(relation) -%}
  {% if relation is not none %}
    {% do adapter.drop_relation(relation) %}
  {% endif %}
{%- endmacro %}

{% macro truncate_relation(relation) -%}
  {{ return(adapter.dispatch('truncate_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__truncate_relation(relation) -%}
  {% call statement('truncate_relation', auto_begin=False) -%}
    truncate table {{ relation }}
  {%- endcall %}
{%- endmacro %}

{% macro rename_relation(from_relation, to_relation) -%}
  {{ return(adapter.dispatch('rename_relation', 'dbt')(from_relation, to_relation)) }}
{%- endmacro %}

{% macro default__rename_relation(from_relation, to_relation) -%}
  {% call statement('rename_relation', auto_begin=False) -%}
    {{ get_rename_sql(from_relation, to_relation.identifier) }}
  {%- endcall %}
{%- endmacro %}

{% macro get_rename_sql(relation, new_name) -%}
  {{ return(adapter.dispatch('get_rename_sql', 'dbt')(relation, new_name)) }}
{%- endmacro %}

{% macro default__get_rename_sql(relation, new_name) -%}
  {%- if relation.is_view -%}{{ get_rename_view_sql(relation, new_name) }}
  {%- elif relation.is_materialized_view -%}{{ get_rename_materialized_view_sql(relation, new_name) }}
  {%- else -%}{{ get_rename_table_sql(relation, new_name) }}
  {%- endif -%}
{%- endmacro %}

{# Puts a finished relation in the place of the old one. Readers see the old rows or the new ones, never neither. #}
{% macro swap_relation(intermediate, existing, target_relation) -%}
  {{ return(adapter.dispatch('swap_relation', 'dbt')(intermediate, existing, target_relation)) }}
{%- endmacro %}

{% macro default__swap_relation(intermediate, existing, target_relation) -%}
  {# Inside the transaction that the materialization opened. #}
  {% do drop_relation_if_exists(existing) %}
  {% do adapter.rename_relation(intermediate, target_relation) %}
{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}
  {{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}
{%- endmacro %}

{% macro default__get_columns_in_query(select_sql) -%}
  {{ return(adapter.get_column_schema_from_query(select_sql) | map(attribute='name') | list) }}
{%- endmacro %}

{# Texts of a list of columns. #}
{% macro get_list_of_column_names(columns) -%}
  {{ return(columns | map(attribute='name') | list) }}
{%- endmacro %}

{# [{name, data_type, formatted}] of columns, for messages. #}
{% macro format_columns(columns) -%}
  {%- set formatted = [] -%}
  {%- for column in columns -%}{% do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) %}{%- endfor -%}
  {{ return(formatted) }}
{%- endmacro %}

{% macro default__format_column(column) -%}
  {%- set type = column.dtype | upper -%}
  {{ return({'name': column.column, 'data_type': type, 'formatted': column.column ~ ' ' ~ type}) }}
{%- endmacro %}

{% macro get_quoted_csv(column_names) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}{% do quoted.append(adapter.quote(name)) %}{%- endfor -%}
  {{ return(quoted | join(', ')) }}
{%- endmacro %}

{# A batch behind the first adds to what the first made. #}
{% macro should_full_refresh() -%}
  {{ return(full_refresh_is_asked() and not adapter.adds_batch()) }}
{%- endmacro %}

{% macro full_refresh_is_asked() -%}
  {%- set configured = config.get('full_refresh') -%}
  {{ return(flags.FULL_REFRESH if configured is none else configured) }}
{%- endmacro %}

{% macro should_store_failures() -%}
  {%- set configured = config.get('store_failures') -%}
  {{ return(flags.STORE_FAILURES if configured is none else configured) }}
{%- endmacro %}

{% macro drop_schema_named(schema_name) -%}
  {{ return(adapter.dispatch('drop_schema_named', 'dbt')(schema_name)) }}
{%- endmacro %}

{% macro default__drop_schema_named(schema_name) -%}
  {% do adapter.drop_schema(api.Relation.create(database=target.database, schema=schema_name)) %}
{%- endmacro %}
