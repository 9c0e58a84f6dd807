{# DuckDB: a view is replaced in one statement. #}

{% macro duckdb__replace_view(target_relation, existing, sql) -%}
  {%- if existing is not none and not existing.is_view -%}
    {% do adapter.drop_relation(existing) %}
  {%- endif -%}
  {% call statement('main', auto_begin=False) -%}
    create or replace view {{ target_relation }} as
    {{ sql }}
  {%- endcall %}
{%- endmacro %}
