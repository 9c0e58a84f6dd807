{# DuckDB: a view is replaced in one statement. #}

{% macro duckdb__contract_rules() -%}
  {{ return({'typed_nulls': true, 'modifiers': true, 'typed_queries': true}) }}
{%- endmacro %}

{# A foreign key that names a database is refused, even its own. #}
{% macro duckdb__referenced_relation(text) -%}
  {%- set database = adapter.quote(this.database) ~ '.' -%}
  {{ return(text[database | length:] if text.startswith(database) else text) }}
{%- endmacro %}

{% macro duckdb__event_time_predicate(field, start, end, elsewhere) -%}
  {{ field }} >= timestamp '{{ start }}' and {{ field }} < timestamp '{{ end }}'
{%- endmacro %}

{# A table with an index cannot be renamed, nor one be made inside the transaction that renamed it: indexes come last. #}
{% macro duckdb__indexes_before_swap() -%}
  {{ return(false) }}
{%- endmacro %}

{% macro duckdb__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if grant_config -%}
    {% do adapter.note('GrantsNotSupported', 'the grants are left out: DuckDB has no users') %}
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__grants_to_copy(existing) -%}
  {{ return({}) }}
{%- endmacro %}

{% macro duckdb__create_view_as(relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  create or replace view {{ relation }} as {{ enclosed_query(sql) }};
{%- endmacro %}

{# A project's own statement may not replace: then the old view goes first. #}
{% macro duckdb__replace_view(target_relation, existing, sql) -%}
  {%- set text = get_create_view_as_sql(target_relation, sql) -%}
  {%- if existing is not none and (not existing.is_view or 'or replace' not in text | lower) -%}
    {% do adapter.drop_relation(existing) %}
  {%- endif -%}
  {% call statement('main', auto_begin=False) -%}
    {{ text }}
  {%- endcall %}
{%- endmacro %}
