{# Builds a table beside the old one and swaps it in. Rows come from the target's own query, or are moved in from elsewhere. #}

{# Fills `intermediate` and leaves a transaction open in which the swap can follow. #}
{% macro build_table_rows(intermediate, sql) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {%- if adapter.moves_data() -%}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {% do adapter.create_table_for_transfer(intermediate) %}
    {% do adapter.transfer(intermediate) %}
    {% do adapter.begin() %}
  {%- else -%}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main', auto_begin=False) -%}
      {{ get_create_table_as_sql(False, intermediate, sql) }}
    {%- endcall %}
    {% do adapter.cache_added(intermediate) %}
  {%- endif -%}
{%- endmacro %}

{% macro finish_relation(target_relation) -%}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}

{% macro build_and_swap_table(target_relation, sql) -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- set intermediate = make_intermediate_relation(target_relation) -%}
  {% do drop_stale_relations(target_relation) %}
  {% do build_table_rows(intermediate, sql) %}
  {% do create_indexes(intermediate) %}
  {% do swap_relation(intermediate, existing, target_relation) %}
  {% do finish_relation(target_relation) %}
{%- endmacro %}

{% materialization table, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {% do build_and_swap_table(target_relation, sql) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
