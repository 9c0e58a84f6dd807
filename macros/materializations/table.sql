{# Builds a table beside the old one and swaps it in. Rows come from the target's own query, or are moved in from elsewhere. #}

{# A header prepares the session that runs the query. Rows from elsewhere come through sessions of their own. #}
{% macro tell_header_is_not_run() -%}
  {%- if config.get('sql_header') -%}
    {% do adapter.note('SqlHeaderNotRun', 'sql_header is not run: the rows come from another connection') %}
  {%- endif -%}
{%- endmacro %}

{# Fills `intermediate` and leaves a transaction open in which the swap can follow. #}
{% macro build_table_rows(intermediate, sql) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {%- if adapter.moves_data() -%}
    {% do tell_header_is_not_run() %}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if contract_is_enforced() -%}
      {% do get_assert_columns_equivalent(sql) %}
    {%- endif -%}
    {% do adapter.commit() %}
    {% do adapter.create_table_for_transfer(intermediate, by_contract=contract_is_enforced()) %}
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

{# `kept`: grants of the relation before. `should_revoke`: the relation was there already, and may grant too much. #}
{% macro finish_relation(target_relation, kept={}, should_revoke=false) -%}
  {% do adapter.store_watermarks() %}
  {%- if kept -%}
    {% do apply_grants(target_relation, kept, should_revoke=false) %}
  {%- endif -%}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke or grants_outlive_relations()) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}

{# Whether grants belong to a name rather than to the relation that has it. #}
{% macro grants_outlive_relations() -%}
  {{ return(adapter.dispatch('grants_outlive_relations', 'dbt')()) }}
{%- endmacro %}

{% macro default__grants_outlive_relations() -%}
  {{ return(false) }}
{%- endmacro %}

{# Whether a table that has indexes can be renamed. #}
{% macro indexes_before_swap() -%}
  {{ return(adapter.dispatch('indexes_before_swap', 'dbt')()) }}
{%- endmacro %}

{% macro default__indexes_before_swap() -%}
  {{ return(true) }}
{%- endmacro %}

{% macro build_and_swap_table(target_relation, sql) -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- set intermediate = make_intermediate_relation(target_relation) -%}
  {%- set kept = grants_to_copy(existing) -%}
  {% do drop_stale_relations(target_relation) %}
  {% do build_table_rows(intermediate, sql) %}
  {%- if indexes_before_swap() -%}
    {% do create_indexes(intermediate) %}
  {%- endif -%}
  {% do adapter.forget_watermarks() %}
  {% do swap_relation(intermediate, existing, target_relation) %}
  {%- if contract_is_enforced() -%}
    {% do settle_constraint_names(target_relation) %}
  {%- endif -%}
  {%- if not indexes_before_swap() -%}
    {% do create_indexes(target_relation) %}
  {%- endif -%}
  {% do finish_relation(target_relation, kept) %}
{%- endmacro %}

{% materialization table, default -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {% do build_and_swap_table(target_relation, sql) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
