{% macro replace_view(target_relation, existing, sql) -%}
  {{ return(adapter.dispatch('replace_view', 'dbt')(target_relation, existing, sql)) }}
{%- endmacro %}

{# One transaction in which the old relation goes and the view comes. #}
{% macro default__replace_view(target_relation, existing, sql) -%}
  {% do drop_relation_if_exists(existing) %}
  {% call statement('main', auto_begin=False) -%}
    {{ get_create_view_as_sql(target_relation, sql) }}
  {%- endcall %}
{%- endmacro %}

{% macro build_view(existing) -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set kept = grants_to_copy(existing) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if contract_is_enforced() -%}
    {% do get_assert_columns_equivalent(sql) %}
  {%- endif -%}
  {% do replace_view(target_relation, existing, sql) %}
  {% do adapter.cache_added(target_relation) %}
  {% do finish_relation(target_relation, kept) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{% materialization view, default -%}
  {{ return(build_view(load_cached_relation(this))) }}
{%- endmaterialization %}
