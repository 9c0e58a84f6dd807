{# What an earlier run built, here: as a copy that shares its storage where the system has such, else as a view of it. #}

{% macro can_clone_table() -%}
  {{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}
{%- endmacro %}

{% macro default__can_clone_table() -%}
  {{ return(false) }}
{%- endmacro %}

{% macro create_or_replace_clone(this_relation, defer_relation) -%}
  {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{%- endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) -%}
  create or replace table {{ this_relation }} clone {{ defer_relation }}
{%- endmacro %}

{# `defer_relation`: what the earlier run built. `sql` reads all of it. #}
{% materialization clone, default -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set original = load_cached_relation(defer_relation) if can_clone_table() else none -%}
  {%- if original is none or not original.is_table -%}
    {{ return(build_view(existing)) }}
  {%- endif -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- if existing is not none and not existing.is_table -%}
    {% do adapter.drop_relation(existing) %}
  {%- endif -%}
  {% call statement('main') -%}
    {{ create_or_replace_clone(target_relation, defer_relation) }}
  {%- endcall %}
  {% do adapter.cache_added(target_relation) %}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) %}
  {% do persist_docs(target_relation, model) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
