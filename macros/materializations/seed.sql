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
  {% do finish_relation(target_relation) %}
  {%- if fits -%}{% do drop_staging_after_commit(staging, true) %}{%- endif -%}
{%- endmacro %}

{% materialization seed, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- if existing is none or not existing.is_table or should_full_refresh() -%}
    {% do build_and_swap_table(target_relation, '') %}
  {%- else -%}
    {% do reload_seed(target_relation, existing) %}
  {%- endif -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
