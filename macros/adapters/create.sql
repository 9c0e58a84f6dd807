{# The statements that make tables and views. #}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{# `partitioned_by`, `sorted_by`: of lakes, which DuckDB attaches; no system here has them. #}
{% macro create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {%- if language != 'sql' -%}
    {% do exceptions.raise_compiler_error("models in " ~ language ~ " cannot be built: only SQL runs here") %}
  {%- endif -%}
  {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code)) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- set sql_header = config.get('sql_header') -%}
  {%- if contract_is_enforced() -%}
    {% do get_assert_columns_equivalent(sql) %}
  {%- endif -%}
  {{ sql_header if sql_header is not none }}
  {% if contract_is_enforced() and not temporary -%}
  create {{ table_kind() }}table {{ relation }} {{ get_table_columns_and_constraints() }};
  insert into {{ relation }} ({{ get_column_names() }}) {{ enclosed_query(get_select_subquery(sql)) }};
  {%- else -%}
  create {{ 'temporary ' if temporary else table_kind() }}table {{ relation }} as
  {{ sql }}
  {%- endif %}
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
  create view {{ relation }} as {{ enclosed_query(sql) }};
{%- endmacro %}

{# A query in brackets, where the system takes those around the whole of it. #}
{% macro enclosed_query(sql) -%}
  {{ return(adapter.dispatch('enclosed_query', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__enclosed_query(sql) -%}
  {{ return('(\n' ~ sql ~ '\n  )') }}
{%- endmacro %}

{% macro mysql__enclosed_query(sql) -%}
  {{ return('\n' ~ sql) }}
{%- endmacro %}

{% macro sqlite__enclosed_query(sql) -%}
  {{ return('\n' ~ sql) }}
{%- endmacro %}

{# An empty table for rows that come from elsewhere. `columns`: a list of {name, data_type}. #}
{% macro get_create_table_from_columns_sql(relation, columns) -%}
  {{ return(adapter.dispatch('get_create_table_from_columns_sql', 'dbt')(relation, columns)) }}
{%- endmacro %}

{% macro default__get_create_table_from_columns_sql(relation, columns) -%}
  create {{ table_kind() }}table {{ relation }} (
  {%- for column in columns %}
    {{ adapter.quote(column.name) }} {{ column.data_type }}{{ ',' if not loop.last }}
  {%- endfor %}
  )
{%- endmacro %}

{% macro get_create_index_sql(relation, index_dict) -%}
  {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
  {%- set index = checked_index(index_dict, ['columns', 'unique']) -%}
  create {{ 'unique ' if index.unique }}index {{ adapter.quote(index_name(relation, index)) }} on {{ relation }} ({{ get_quoted_csv(index.columns) }})
{%- endmacro %}

{# An entry of the config `indexes`, its columns as a list. `known`: what the system can be told. #}
{% macro checked_index(index_dict, known) -%}
  {%- if index_dict is not mapping or not index_dict.columns -%}
    {% do exceptions.raise_compiler_error("an entry of the config 'indexes' needs 'columns', found " ~ index_dict) %}
  {%- endif -%}
  {%- set unknown = index_dict.keys() | reject('in', known) | list -%}
  {%- if unknown -%}
    {% do exceptions.raise_compiler_error("an index of " ~ adapter.type() ~ " has no '" ~ unknown | join("', '") ~ "'; it has: " ~ known | join(', ')) %}
  {%- endif -%}
  {%- set columns = [index_dict.columns] if index_dict.columns is string else index_dict.columns -%}
  {{ return({'columns': columns, 'unique': index_dict.get('unique', false), 'type': index_dict.get('type')}) }}
{%- endmacro %}

{% macro index_name(relation, index) -%}
  {{ return('ix_' ~ local_md5(relation.identifier ~ index.columns | join('_') ~ index.unique ~ index.type ~ invocation_id)) }}
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

{# A hook as `pre_hook` and `post_hook` take it. #}
{% macro make_hook_config(sql, inside_transaction) -%}
  {{ return(tojson({'sql': sql, 'transaction': inside_transaction})) }}
{%- endmacro %}

{% macro before_begin(sql) -%}
  {{ return(make_hook_config(sql, inside_transaction=false)) }}
{%- endmacro %}

{% macro in_transaction(sql) -%}
  {{ return(make_hook_config(sql, inside_transaction=true)) }}
{%- endmacro %}

{% macro after_commit(sql) -%}
  {{ return(make_hook_config(sql, inside_transaction=false)) }}
{%- endmacro %}

{# {% call set_sql_header(config) %} … {% endcall %}: SQL that goes before the model's. #}
{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}

{# {% call noop_statement('main', 'OK') %} … {% endcall %}: what the log and results tell of a statement that something else ran. #}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
  {%- set text = caller() -%}
  {%- if execute and name -%}
    {% do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) %}
  {%- endif -%}
{%- endmacro %}
