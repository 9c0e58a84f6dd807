{# The SQL of each step in the life of a relation, by its type. Materializations of projects and packages are put together from these. #}

{% macro get_create_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_create_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_sql(relation, sql) -%}
  {%- if relation.is_view -%}{{ return(get_create_view_as_sql(relation, sql)) }}
  {%- elif relation.is_table -%}{{ return(get_create_table_as_sql(False, relation, sql)) }}
  {%- elif relation.is_materialized_view -%}{{ return(get_create_materialized_view_as_sql(relation, sql)) }}
  {%- endif -%}
  {% do exceptions.raise_compiler_error('get_create_sql does not know how to create a ' ~ relation.type ~ ' (' ~ relation ~ ')') %}
{%- endmacro %}

{% macro get_create_intermediate_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_intermediate_sql(relation, sql) -%}
  {%- set beside = make_intermediate_relation(relation).incorporate(type=relation.type) -%}
  {{ get_drop_sql(beside) }};
  {{ get_create_sql(beside, sql) }}
{%- endmacro %}

{% macro get_rename_intermediate_sql(relation) -%}
  {{ return(adapter.dispatch('get_rename_intermediate_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_rename_intermediate_sql(relation) -%}
  {{ return(get_rename_sql(make_intermediate_relation(relation).incorporate(type=relation.type), relation.identifier)) }}
{%- endmacro %}

{# The relation that is there steps aside … #}
{% macro get_create_backup_sql(relation) -%}
  {{ return(adapter.dispatch('get_create_backup_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_create_backup_sql(relation) -%}
  {%- set aside = make_backup_relation(relation, relation.type) -%}
  {{ get_drop_sql(aside) }};
  {{ get_rename_sql(relation, aside.identifier) }}
{%- endmacro %}

{# … and goes once the new one has its name. #}
{% macro get_drop_backup_sql(relation) -%}
  {{ return(adapter.dispatch('get_drop_backup_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_drop_backup_sql(relation) -%}
  {{ return(get_drop_sql(make_backup_relation(relation, relation.type))) }}
{%- endmacro %}

{# In one statement where the system has one for this type, else the new one is made beside the old one, or after it is dropped. #}
{% macro get_replace_sql(existing_relation, target_relation, sql) -%}
  {{ return(adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql)) }}
{%- endmacro %}

{% macro default__get_replace_sql(existing_relation, target_relation, sql) -%}
  {%- if existing_relation.type == target_relation.type and target_relation.can_be_replaced -%}
    {%- if target_relation.is_view -%}{{ return(get_replace_view_sql(target_relation, sql)) }}
    {%- elif target_relation.is_table -%}{{ return(get_replace_table_sql(target_relation, sql)) }}
    {%- else -%}{{ return(get_replace_materialized_view_sql(target_relation, sql)) }}
    {%- endif -%}
  {%- endif -%}
  {%- if existing_relation.can_be_renamed and target_relation.can_be_renamed %}
  {{ get_create_intermediate_sql(target_relation, sql) }};
  {{ get_create_backup_sql(existing_relation) }};
  {{ get_rename_intermediate_sql(target_relation) }};
  {{ get_drop_backup_sql(existing_relation) }}
  {%- elif target_relation.can_be_renamed %}
  {{ get_create_intermediate_sql(target_relation, sql) }};
  {{ get_drop_sql(existing_relation) }};
  {{ get_rename_intermediate_sql(target_relation) }}
  {%- else %}
  {{ get_drop_sql(existing_relation) }};
  {{ get_create_sql(target_relation, sql) }}
  {%- endif %}
{%- endmacro %}

{% macro get_replace_view_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_replace_view_sql(relation, sql) -%}
  create or replace view {{ relation }} as
  {{ sql }}
{%- endmacro %}

{% macro get_replace_table_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_replace_table_sql(relation, sql) -%}
  {% do exceptions.raise_compiler_error(adapter.type() ~ ' replaces no table in one statement: write a macro ' ~ adapter.type() ~ '__get_replace_table_sql') %}
{%- endmacro %}

{% macro get_replace_materialized_view_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_replace_materialized_view_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_replace_materialized_view_sql(relation, sql) -%}
  {% do exceptions.raise_compiler_error(adapter.type() ~ ' replaces no materialized view in one statement: write a macro ' ~ adapter.type() ~ '__get_replace_materialized_view_sql') %}
{%- endmacro %}

{# Dropping, by type. #}
{% macro drop_table(relation) -%}
  {{ return(adapter.dispatch('drop_table', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_table(relation) -%}
  drop table if exists {{ relation }} cascade
{%- endmacro %}

{% macro drop_view(relation) -%}
  {{ return(adapter.dispatch('drop_view', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_view(relation) -%}
  drop view if exists {{ relation }} cascade
{%- endmacro %}

{% macro drop_materialized_view(relation) -%}
  {{ return(adapter.dispatch('drop_materialized_view', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_materialized_view(relation) -%}
  drop materialized view if exists {{ relation }} cascade
{%- endmacro %}

{# Renaming, by type. #}
{% macro get_rename_table_sql(relation, new_name) -%}
  {{ return(adapter.dispatch('get_rename_table_sql', 'dbt')(relation, new_name)) }}
{%- endmacro %}

{% macro default__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro get_rename_view_sql(relation, new_name) -%}
  {{ return(adapter.dispatch('get_rename_view_sql', 'dbt')(relation, new_name)) }}
{%- endmacro %}

{% macro default__get_rename_view_sql(relation, new_name) -%}
  alter view {{ relation }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro get_rename_materialized_view_sql(relation, new_name) -%}
  {{ return(adapter.dispatch('get_rename_materialized_view_sql', 'dbt')(relation, new_name)) }}
{%- endmacro %}

{% macro default__get_rename_materialized_view_sql(relation, new_name) -%}
  alter materialized view {{ relation }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{# Indexes. #}
{% macro get_drop_index_sql(relation, index_name) -%}
  {{ return(adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name)) }}
{%- endmacro %}

{% macro default__get_drop_index_sql(relation, index_name) -%}
  drop index if exists {{ adapter.quote(relation.schema) }}.{{ adapter.quote(index_name) }}
{%- endmacro %}

{% macro get_show_indexes_sql(relation) -%}
  {{ return(adapter.dispatch('get_show_indexes_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_show_indexes_sql(relation) -%}
  {% do exceptions.raise_compiler_error('the indexes of ' ~ relation ~ ' cannot be asked of ' ~ adapter.type() ~ ': write a macro ' ~ adapter.type() ~ '__get_show_indexes_sql') %}
{%- endmacro %}

{# [whether it was there, the relation]: what a materialization of a project begins with. #}
{% macro get_or_create_relation(database, schema, identifier, type) -%}
  {{ return(adapter.dispatch('get_or_create_relation', 'dbt')(database, schema, identifier, type)) }}
{%- endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) -%}
  {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
  {%- if found -%}{{ return([true, found]) }}{%- endif -%}
  {{ return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) }}
{%- endmacro %}

{# For systems whose views are replaced in place: hooks, the view, grants and comments, without a relation beside. #}
{% macro create_or_replace_view() -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set kept = grants_to_copy(existing) -%}
  {{ run_hooks(pre_hooks) }}
  {%- if existing is not none and not existing.is_view -%}
    {% do handle_existing_table(should_full_refresh(), existing) %}
  {%- endif -%}
  {% call statement('main') -%}
    {{ get_create_view_as_sql(target_relation, sql) }}
  {%- endcall %}
  {% do adapter.cache_added(target_relation) %}
  {%- if kept -%}{% do apply_grants(target_relation, kept, should_revoke=false) %}{%- endif -%}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) %}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{% macro handle_existing_table(full_refresh, old_relation) -%}
  {{ adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation) }}
{%- endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) -%}
  {% do log('Dropping relation ' ~ old_relation ~ ' because it is of type ' ~ old_relation.type) %}
  {% do adapter.drop_relation(old_relation) %}
{%- endmacro %}
