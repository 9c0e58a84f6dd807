{# The newest row of a source, and the source's own clock. #}

{% macro collect_freshness(source, loaded_at_field, filter) -%}
  {{ return(adapter.dispatch('collect_freshness', 'dbt')(source, loaded_at_field, filter)) }}
{%- endmacro %}

{% macro default__collect_freshness(source, loaded_at_field, filter) -%}
  {% call statement('collect_freshness', fetch_result=True, auto_begin=False) -%}
    select max({{ loaded_at_field }}) as max_loaded_at, {{ freshness_clock() }} as snapshotted_at
    from {{ source }}
    {%- if filter %} where {{ filter }}{% endif %}
  {%- endcall %}
  {{ return(load_result('collect_freshness')) }}
{%- endmacro %}

{% macro collect_freshness_custom_sql(source, loaded_at_query) -%}
  {{ return(adapter.dispatch('collect_freshness_custom_sql', 'dbt')(source, loaded_at_query)) }}
{%- endmacro %}

{% macro default__collect_freshness_custom_sql(source, loaded_at_query) -%}
  {% call statement('collect_freshness_custom_sql', fetch_result=True, auto_begin=False) -%}
    select newest.*, {{ freshness_clock() }} as snapshotted_at from ({{ render(loaded_at_query) }}) as newest
  {%- endcall %}
  {{ return(load_result('collect_freshness_custom_sql')) }}
{%- endmacro %}

{# Times without a zone are UTC. #}
{% macro freshness_clock() -%}
  {{ return(adapter.dispatch('freshness_clock', 'dbt')()) }}
{%- endmacro %}

{% macro default__freshness_clock() -%}
  {{ current_timestamp() }}
{%- endmacro %}

{% macro mysql__freshness_clock() -%}
  utc_timestamp(6)
{%- endmacro %}
