{# Rows of a CSV file. The first load, and --full-refresh, build the table; later ones put new rows into the table that is there, so that
   what reads it (views, grants) stays. #}

{% macro seed_fits(existing, staging) -%}
  {%- set have = adapter.get_columns_in_relation(existing) | map(attribute='name') | list -%}
  {%- set come = adapter.get_columns_in_relation(staging) | map(attribute='name') | list -%}
  {{ return(have == come) }}
{%- endmacro %}

{# Readers see the old rows or the new ones: the rows come beside, and one transaction takes them over. #}
{% macro reload_seed(target_relation, existing) -%}
  {%- set staging = make_intermediate_relation(target_relation) -%}
  {% do drop_stale_relations(target_relation) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do adapter.create_table_for_transfer(staging) %}
  {% do adapter.transfer(staging) %}
  {%- set fits = seed_fits(existing, staging) -%}
  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if fits -%}
    {%- set names = get_quoted_csv(adapter.get_columns_in_relation(staging) | map(attribute='name')) -%}
    {% call statement('empty_seed', auto_begin=False) -%}
      delete from {{ target_relation }}
    {%- endcall %}
    {% call statement('main', auto_begin=False) -%}
      insert into {{ target_relation }} ({{ names }})
      select {{ names }} from {{ staging }}
    {%- endcall %}
    {% do drop_staging_relation(staging, true) %}
  {%- else -%}
    {% do create_indexes(staging) %}
    {% do swap_relation(staging, existing, target_relation) %}
  {%- endif -%}
  {% do finish_relation(target_relation, should_revoke=fits) %}
  {%- if fits -%}{% do drop_staging_after_commit(staging, true) %}{%- endif -%}
{%- endmacro %}

{# The statements of a seed that a project loads its own way: it has a macro for one of these steps. #}

{% macro create_csv_table(model, agate_table) -%}
  {{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) -%}
  {{ return(adapter.create_table_for_transfer(this.incorporate(type='table'))) }}
{%- endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {%- if full_refresh -%}
    {% do adapter.drop_relation(old_relation) %}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- endif -%}
  {% do adapter.truncate_relation(old_relation) %}
  {{ return('truncate table ' ~ old_relation) }}
{%- endmacro %}

{% macro load_csv_rows(model, agate_table) -%}
  {{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{# Rows as INSERT statements, so many at a time. The text of the first is what the log shows. #}
{% macro default__load_csv_rows(model, agate_table) -%}
  {%- set names = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {%- set shown = [] -%}
  {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
    {%- set bindings, places = [], [] -%}
    {%- for row in rows -%}
      {%- set marks = [] -%}
      {%- for value in row -%}
        {% do bindings.append(value) %}
        {% do marks.append(get_binding_char()) %}
      {%- endfor -%}
      {% do places.append('(' ~ marks | join(', ') ~ ')') %}
    {%- endfor -%}
    {%- set text = 'insert into ' ~ this.render() ~ ' (' ~ names ~ ') values ' ~ places | join(', ') -%}
    {% do adapter.add_query(text, bindings=bindings, abridge_sql_log=True) %}
    {%- if loop.first -%}{% do shown.append(text) %}{%- endif -%}
  {%- endfor -%}
  {{ return(shown[0] if shown else '') }}
{%- endmacro %}

{% macro get_csv_sql(create_or_truncate_sql, insert_sql) -%}
  {{ return(adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql)) }}
{%- endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) -%}
  {{ create_or_truncate_sql }};
  {{ insert_sql }}
{%- endmacro %}

{% macro get_batch_size() -%}
  {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() -%}
  {{ return(10000) }}
{%- endmacro %}

{% macro get_binding_char() -%}
  {{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_binding_char() -%}
  {{ return('%s') }}
{%- endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {% do quoted.append(adapter.quote_seed_column(name, model['config'].get('quote_columns'))) %}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{%- endmacro %}

{% macro load_seed_by_statements(target_relation, existing) -%}
  {%- set rows = load_agate_table() -%}
  {% do store_result('agate_table', response='OK', agate_table=rows) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if existing is none -%}
    {%- set made = create_csv_table(model, rows) -%}
  {%- else -%}
    {%- set made = reset_csv_table(model, should_full_refresh() or not existing.is_table, existing, rows) -%}
  {%- endif -%}
  {%- set loaded = load_csv_rows(model, rows) -%}
  {% do adapter.seed_loaded(rows.rows | length) %}
  {% call noop_statement('main', 'INSERT ' ~ rows.rows | length, 'INSERT', rows.rows | length) -%}
    {{ get_csv_sql(made, loaded) }}
  {%- endcall %}
  {% do adapter.cache_added(target_relation) %}
  {% do create_indexes(target_relation) %}
  {% do finish_relation(target_relation) %}
{%- endmacro %}

{% materialization seed, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- if adapter.overridden('create_csv_table', 'reset_csv_table', 'load_csv_rows', 'get_csv_sql', 'get_batch_size', 'get_binding_char',
                            'get_seed_column_quoted_csv') -%}
    {% do load_seed_by_statements(target_relation, existing) %}
    {{ return({'relations': [target_relation]}) }}
  {%- endif -%}
  {%- if existing is none or not existing.is_table or should_full_refresh() -%}
    {% do build_and_swap_table(target_relation, '') %}
  {%- else -%}
    {% do reload_seed(target_relation, existing) %}
  {%- endif -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
