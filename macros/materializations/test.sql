{# A data test as a materialization: what macros of packages that have their own begin with. The program runs tests by the same macros. #}

{% materialization test, default -%}
  {%- set relations = [] -%}
  {%- if should_store_failures() -%}
    {%- set kind = config.get('store_failures_as') or 'table' -%}
    {%- if kind not in ['table', 'view'] -%}
      {% do exceptions.raise_compiler_error("store_failures_as is '" ~ kind ~ "': use table or view") %}
    {%- endif -%}
    {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=this.identifier) -%}
    {%- set target_relation = this.incorporate(type=kind) -%}
    {% do drop_relation_if_exists(existing) %}
    {% call statement(auto_begin=True) -%}
      {{ get_create_sql(target_relation, sql) }}
    {%- endcall %}
    {% do adapter.cache_added(target_relation) %}
    {% do relations.append(target_relation) %}
    {%- set main_sql = 'select * from ' ~ target_relation -%}
  {%- else -%}
    {%- set main_sql = sql -%}
  {%- endif -%}
  {% call statement('main', fetch_result=True) -%}
    {{ get_test_sql(main_sql, config.get('fail_calc') or 'count(*)', config.get('warn_if') or '!= 0', config.get('error_if') or '!= 0', config.get('limit')) }}
  {%- endcall %}
  {{ return({'relations': relations}) }}
{%- endmaterialization %}
