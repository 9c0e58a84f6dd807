{# MariaDB and MySQL: DDL ends transactions, so a swap is one RENAME TABLE and nothing is dropped inside a transaction. #}

{% macro mysql__get_drop_sql(relation) -%}
  drop {{ 'view' if relation.type == 'view' else 'table' }} if exists {{ relation }}
{%- endmacro %}

{% macro mysql__get_rename_sql(relation, new_name) -%}
  rename table {{ relation }} to {{ relation.incorporate(path={'identifier': new_name}) }}
{%- endmacro %}

{% macro mysql__swap_relation(intermediate, existing, target_relation) -%}
  {%- if existing is none -%}
    {% do adapter.rename_relation(intermediate, target_relation) %}
  {%- else -%}
    {%- set backup = make_backup_relation(target_relation, existing.type) -%}
    {% call statement('swap', auto_begin=False) -%}
      rename table {{ existing }} to {{ backup }}, {{ intermediate }} to {{ target_relation }}
    {%- endcall %}
    {% do adapter.cache_renamed(existing, backup) %}
    {% do adapter.cache_renamed(intermediate, target_relation) %}
    {% do adapter.drop_relation(backup) %}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__replace_view(target_relation, existing, sql) -%}
  {%- if existing is not none and not existing.is_view -%}
    {% do adapter.drop_relation(existing) %}
  {%- endif -%}
  {% call statement('main', auto_begin=False) -%}
    create or replace view {{ target_relation }} as
    {{ sql }}
  {%- endcall %}
{%- endmacro %}

{% macro mysql__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if keys -%}
  delete DBT_INTERNAL_DEST from {{ target }} as DBT_INTERNAL_DEST
  join (select distinct {{ keys | join(', ') }} from {{ source }}) as DBT_INTERNAL_SOURCE
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %}{{ ' where ' if loop.first else ' and ' }}{{ predicate }}{% endfor %};
  {% endif -%}
  {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro mysql__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if not keys -%}
    {{ return(get_insert_into_sql(target, source, dest_columns)) }}
  {%- endif -%}
  {%- set updated = merge_update_columns(dest_columns, unique_key) -%}
  {%- set names = dest_columns | map(attribute='name') | list -%}
  {%- if updated -%}
  update {{ target }} as DBT_INTERNAL_DEST
  join {{ source }} as DBT_INTERNAL_SOURCE
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
  set {% for name in updated -%} DBT_INTERNAL_DEST.{{ adapter.quote(name) }} = DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{%- endfor %};
  {% endif -%}
  insert into {{ target }} ({{ get_quoted_csv(names) }})
  select {% for name in names %}DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
  from {{ source }} as DBT_INTERNAL_SOURCE
  left join {{ target }} as DBT_INTERNAL_DEST
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
  where DBT_INTERNAL_DEST.{{ keys[0] }} is null
{%- endmacro %}

{% macro mysql__drop_staging_relation(staging, moved) -%}
  {%- if not moved -%}
    {% call statement('drop_temporary', auto_begin=False) -%}
      drop temporary table if exists {{ staging }}
    {%- endcall %}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__drop_staging_after_commit(staging, moved) -%}
  {%- if moved -%}
    {% do adapter.drop_relation(staging) %}
  {%- endif -%}
{%- endmacro %}
