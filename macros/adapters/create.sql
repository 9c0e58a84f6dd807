{# The statements that make tables and views. #}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code)) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- set sql_header = config.get('sql_header') -%}
  {{ sql_header if sql_header is not none }}
  create {% if temporary %}temporary {% endif %}table {{ relation }} as
  {{ sql }}
{%- endmacro %}

{% macro get_create_view_as_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
  {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
  {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
  {%- set sql_header = config.get('sql_header') -%}
  {{ sql_header if sql_header is not none }}
  create view {{ relation }} as
  {{ sql }}
{%- endmacro %}

{# An empty table for rows that come from elsewhere. `columns`: a list of {name, data_type}. #}
{% macro get_create_table_from_columns_sql(relation, columns) -%}
  {{ return(adapter.dispatch('get_create_table_from_columns_sql', 'dbt')(relation, columns)) }}
{%- endmacro %}

{% macro default__get_create_table_from_columns_sql(relation, columns) -%}
  create table {{ relation }} (
  {%- for column in columns %}
    {{ adapter.quote(column.name) }} {{ column.data_type }}{{ ',' if not loop.last }}
  {%- endfor %}
  )
{%- endmacro %}

{% macro get_create_index_sql(relation, index_dict) -%}
  {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
  {%- set columns = index_dict.columns if index_dict.columns is not string else [index_dict.columns] -%}
  {%- set name = 'ix_' ~ local_md5(relation.identifier ~ (columns | join('_')) ~ invocation_id) -%}
  create {{ 'unique ' if index_dict.unique }}index {{ adapter.quote(name) }} on {{ relation }}
  {{- ' using ' ~ index_dict.type if index_dict.type }} ({{ get_quoted_csv(columns) }})
{%- endmacro %}

{% macro create_indexes(relation) -%}
  {{ adapter.dispatch('create_indexes', 'dbt')(relation) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
  {%- for index_dict in config.get('indexes', default=[]) -%}
    {% call statement('create_index', auto_begin=False) -%}
      {{ get_create_index_sql(relation, index_dict) }}
    {%- endcall %}
  {%- endfor -%}
{%- endmacro %}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
{%- endmacro %}

{% macro apply_grants(relation, grant_config, should_revoke=true) -%}
  {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{%- endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- for privilege in grant_config or {} -%}
    {%- set grantees = grant_config[privilege] if grant_config[privilege] is not string else [grant_config[privilege]] -%}
    {%- if grantees -%}
      {% call statement('grant', auto_begin=False) -%}
        grant {{ privilege }} on {{ relation }} to {{ grantees | join(', ') }}
      {%- endcall %}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro run_hooks(hooks, inside_transaction=True) -%}
  {%- for hook in hooks if hook.get('transaction', true) == inside_transaction -%}
    {%- set rendered = render(hook.get('sql')) | trim -%}
    {%- if rendered -%}
      {% call statement(auto_begin=inside_transaction) -%}
        {{ rendered }}
      {%- endcall %}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro before_begin(sql) -%}
  {{ return({'sql': sql, 'transaction': false}) }}
{%- endmacro %}

{% macro in_transaction(sql) -%}
  {{ return({'sql': sql, 'transaction': true}) }}
{%- endmacro %}

{% macro after_commit(sql) -%}
  {{ return({'sql': sql, 'transaction': false}) }}
{%- endmacro %}
