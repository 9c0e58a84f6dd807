{# Materialized views: made once, refreshed by every later run. What can change without making them anew are their indexes. #}

{% macro get_create_materialized_view_as_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_create_materialized_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro postgres__get_create_materialized_view_as_sql(relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  create materialized view {{ relation }} as
  {{ sql }}
{%- endmacro %}

{% macro refresh_materialized_view(relation) -%}
  {{ return(adapter.dispatch('refresh_materialized_view', 'dbt')(relation)) }}
{%- endmacro %}

{% macro postgres__refresh_materialized_view(relation) -%}
  refresh materialized view {{ relation }}
{%- endmacro %}

{# {create: entries of the config that are not there, drop: names of indexes that the config does not have}. #}
{% macro postgres__index_changes(relation) -%}
  {%- set wanted = {} -%}
  {%- for given in config.get('indexes') or [] -%}
    {%- set index = checked_index(given, ['columns', 'unique', 'type']) -%}
    {% do wanted.update({(index.type or 'btree') | lower ~ ' ' ~ ('unique ' if index.unique else '') ~ index.columns | join(','): given}) %}
  {%- endfor -%}
  {%- set surplus = [] -%}
  {%- for row in run_query(get_show_indexes_sql(relation)).rows -%}
    {%- set key = row[1] ~ ' ' ~ ('unique ' if row[2] else '') ~ row[3] -%}
    {%- if key in wanted -%}{% do wanted.pop(key) %}{%- else -%}{% do surplus.append(row[0]) %}{%- endif -%}
  {%- endfor -%}
  {{ return({'create': wanted.values() | list, 'drop': surplus}) }}
{%- endmacro %}

{# Refreshes the view that is there, after what on_configuration_change says of other indexes. #}
{% macro postgres__continue_materialized_view(relation) -%}
  {%- set changes = postgres__index_changes(relation) -%}
  {%- set policy = config.get('on_configuration_change', 'apply') -%}
  {%- if changes.create or changes.drop -%}
    {%- if policy == 'fail' -%}
      {% do exceptions.raise_compiler_error('Configuration changes were identified and `on_configuration_change` was set to `fail` for `' ~ relation
           ~ '`: its indexes are others. Run with --full-refresh, or set it to apply or continue.') %}
    {%- elif policy == 'continue' -%}
      {% do adapter.note('ConfigurationChangeIgnored', 'Configuration changes were identified and `on_configuration_change` was set to `continue` for `'
           ~ relation ~ '`: its indexes stay as they are, and it is not refreshed') %}
      {% do store_raw_result(name='main', message='skip ' ~ relation, code='skip', rows_affected='-1') %}
      {{ return('') }}
    {%- endif -%}
    {% do log('Applying ALTER to: ' ~ relation) %}
    {%- for name in changes.drop -%}
      {% call statement('drop_index', auto_begin=False) -%}
        {{ get_drop_index_sql(relation, name) }}
      {%- endcall %}
    {%- endfor -%}
    {%- for index in changes.create -%}
      {% call statement('create_index', auto_begin=False) -%}{{ get_create_index_sql(relation, index) }}{%- endcall %}
    {%- endfor -%}
  {%- endif -%}
  {%- if not changes.create and not changes.drop -%}{% do log('Applying REFRESH to: ' ~ relation) %}{%- endif -%}
  {% call statement('main', auto_begin=False) -%}{{ refresh_materialized_view(relation) }}{%- endcall %}
{%- endmacro %}

{# Asked of the server: a table that was built anew in this run took the views over it along. #}
{% macro postgres__is_materialized_view(relation) -%}
  {%- set found = run_query("select 1 from pg_catalog.pg_matviews where schemaname = " ~ comment_literal(relation.schema)
                            ~ " and matviewname = " ~ comment_literal(relation.identifier)) -%}
  {{ return(found.rows | length > 0) }}
{%- endmacro %}

{% materialization materialized_view, adapter='postgres' -%}
  {%- set policy = config.get('on_configuration_change', 'apply') -%}
  {%- if policy not in ['apply', 'continue', 'fail'] -%}
    {% do exceptions.raise_compiler_error("on_configuration_change '" ~ policy ~ "' is unknown: use apply, continue or fail") %}
  {%- endif -%}
  {%- set target_relation = this.incorporate(type='materialized_view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set stays = not should_full_refresh() and postgres__is_materialized_view(this) -%}
  {%- set kept = grants_to_copy(existing) if not stays else {} -%}
  {% do drop_stale_relations(target_relation) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if contract_is_enforced() -%}
    {% do get_assert_columns_equivalent(sql) %}
  {%- endif -%}
  {%- if stays -%}
    {% do postgres__continue_materialized_view(target_relation) %}
  {%- else -%}
    {%- set intermediate = make_intermediate_relation(target_relation).incorporate(type='materialized_view') -%}
    {% do log('Applying ' ~ ('CREATE' if existing is none else 'REPLACE') ~ ' to: ' ~ target_relation) %}
    {% call statement('main', auto_begin=False) -%}
      {{ get_create_materialized_view_as_sql(intermediate, sql) }}
    {%- endcall %}
    {% do adapter.cache_added(intermediate) %}
    {% do create_indexes(intermediate) %}
    {% do swap_relation(intermediate, existing, target_relation) %}
  {%- endif -%}
  {% do finish_relation(target_relation, kept, should_revoke=stays) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
