{# Descriptions become comments of the system, as `persist_docs: {relation: true, columns: true}` asks. #}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {% do run_comments(alter_relation_comment(relation, model.description)) %}
  {%- endif -%}
  {%- if for_columns and config.persist_column_docs() and model.columns -%}
    {%- set described = described_columns(relation, model.columns) -%}
    {%- if described -%}
      {% do run_comments(alter_column_comment(relation, described)) %}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro run_comments(sql) -%}
  {%- if sql | trim -%}
    {% call statement('comments', auto_begin=False) -%}{{ sql }}{%- endcall %}
  {%- endif -%}
{%- endmacro %}

{# The described columns that the relation has, by the names it has for them. The others are told of. #}
{% macro described_columns(relation, columns) -%}
  {%- set existing, exact = {}, [] -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {% do exact.append(column.name) %}
    {% do existing.update({column.name: column.name}) %}
    {% if column.name | lower not in existing %}{% do existing.update({column.name | lower: column.name}) %}{% endif %}
  {%- endfor -%}
  {%- set described, missing = {}, [] -%}
  {%- for column in columns.values() -%}
    {%- set name = column.name if column.name in exact else none -%}
    {%- if not name and not column.quote -%}
      {%- set name = existing.get(column.name | lower) -%}
    {%- endif -%}
    {%- if not name -%}
      {% do missing.append(column.name) %}
    {%- elif column.description -%}
      {% do described.update({name: column}) %}
    {%- endif -%}
  {%- endfor -%}
  {%- if missing -%}
    {% do adapter.note('MissingColumns', 'In relation ' ~ relation ~ ': The following columns are specified in the schema but are not present in the database: ' ~ missing | join(', ')) %}
  {%- endif -%}
  {{ return(described) }}
{%- endmacro %}

{# {name: column} of the described columns that are there, by the names that are there. #}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) -%}
  {%- set found = {} -%}
  {%- for name in existing_column_names -%}
    {%- for key in [name, name | lower, name | upper] if key in column_dict and name not in found -%}
      {% do found.update({name: column_dict[key]}) %}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(found) }}
{%- endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
  {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
  comment on {{ (relation.type or 'table') | replace('_', ' ') }} {{ relation }} is {{ comment_literal(relation_comment) }}
{%- endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
  {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}

{% macro default__alter_column_comment(relation, column_dict) -%}
  {%- for name, column in column_dict.items() %}
  comment on column {{ relation }}.{{ adapter.quote(name) }} is {{ comment_literal(column.description) }};
  {%- endfor %}
{%- endmacro %}

{% macro comment_literal(text) -%}
  {{ return(adapter.dispatch('comment_literal', 'dbt')(text)) }}
{%- endmacro %}

{% macro default__comment_literal(text) -%}
  {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}
