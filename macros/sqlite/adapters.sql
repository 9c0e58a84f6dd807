{# SQLite: DDL is transactional; views cannot be renamed. #}

{% macro sqlite__contract_rules() -%}
  {{ return({'typed_nulls': false, 'modifiers': false, 'kinds': true, 'typed_queries': false}) }}
{%- endmacro %}

{# Taken, but only held with `pragma foreign_keys`, which a session of ours does not set. #}
{% macro sqlite__constraint_support(type) -%}
  {{ return('not_enforced' if type == 'foreign_key' else 'enforced') }}
{%- endmacro %}

{% macro sqlite__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if grant_config -%}
    {% do adapter.note('GrantsNotSupported', 'the grants are left out: SQLite has no users') %}
  {%- endif -%}
{%- endmacro %}

{% macro sqlite__grants_to_copy(existing) -%}
  {{ return({}) }}
{%- endmacro %}

{% macro sqlite__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- if config.persist_relation_docs() or config.persist_column_docs() -%}
    {% do adapter.note('PersistDocsNotSupported', 'persist_docs does nothing here: SQLite has no comments') %}
  {%- endif -%}
{%- endmacro %}

{# The index is named in its table's schema, the table without one. #}
{% macro sqlite__get_create_index_sql(relation, index_dict) -%}
  {%- set index = checked_index(index_dict, ['columns', 'unique']) -%}
  create {{ 'unique ' if index.unique }}index {{ adapter.quote(relation.schema) }}.{{ adapter.quote(index_name(relation, index)) }}
  on {{ adapter.quote(relation.identifier) }} ({{ get_quoted_csv(index.columns) }})
{%- endmacro %}

{# A column takes values of any type; its declared one stays. #}
{% macro sqlite__alter_column_type(relation, column_name, new_column_type) -%}
{%- endmacro %}

{# A foreign key stays within its file, and names the table alone. #}
{% macro sqlite__referenced_relation(text) -%}
  {%- set schema = adapter.quote(this.schema) ~ '.' -%}
  {{ return(text[schema | length:] if text.startswith(schema) else text) }}
{%- endmacro %}

{# Dates and times are texts, in one of several forms. #}
{% macro sqlite__event_time_predicate(field, start, end, elsewhere) -%}
  {%- if elsewhere -%}
  {{ field }} >= '{{ start }}' and {{ field }} < '{{ end }}'
  {%- else -%}
  datetime({{ field }}) >= '{{ start }}' and datetime({{ field }}) < '{{ end }}'
  {%- endif -%}
{%- endmacro %}

{% macro sqlite__get_drop_sql(relation) -%}
  drop {{ 'view' if relation.type == 'view' else 'table' }} if exists {{ relation }}
{%- endmacro %}

{% macro sqlite__truncate_relation(relation) -%}
  {% call statement('truncate_relation', auto_begin=False) -%}
    delete from {{ relation }}
  {%- endcall %}
{%- endmacro %}

{# With the newer rename rules a view over the table being replaced would stop the rename. #}
{% macro sqlite__rename_relation(from_relation, to_relation) -%}
  {% call statement('rename_relation', auto_begin=False) -%}
    pragma legacy_alter_table = on;
    alter table {{ from_relation }} rename to {{ adapter.quote(to_relation.identifier) }}
  {%- endcall %}
{%- endmacro %}

{% macro sqlite__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if not keys -%}
    {{ return(get_insert_into_sql(target, source, dest_columns)) }}
  {%- endif -%}
  {%- set updated = merge_update_columns(dest_columns, unique_key) -%}
  {%- set names = dest_columns | map(attribute='name') | list -%}
  {%- if updated -%}
  update {{ target }} as DBT_INTERNAL_DEST
  set {% for name in updated -%} {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{%- endfor %}
  from {{ source }} as DBT_INTERNAL_SOURCE
  where {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %};
  {% endif -%}
  insert into {{ target }} ({{ get_quoted_csv(names) }})
  {#- For a join SQLite makes an index of its own if the target has none; for NOT EXISTS it would look at every row of it each time. -#}
  select {% for name in names %}DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
  from {{ source }} as DBT_INTERNAL_SOURCE
  left join {{ target }} as DBT_INTERNAL_DEST
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
  where DBT_INTERNAL_DEST.{{ keys[0] }} is null
{%- endmacro %}
