{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- set wanted = config.get('persist_docs') or {} -%}
  {%- if for_relation and wanted.get('relation') and model.description -%}
    {% call statement('comment_relation', auto_begin=False) -%}
      comment on {{ relation.type or 'table' }} {{ relation }} is '{{ model.description | replace("'", "''") }}'
    {%- endcall %}
  {%- endif -%}
  {%- if for_columns and wanted.get('columns') -%}
    {%- for column in model.columns.values() if column.description -%}
      {% call statement('comment_column', auto_begin=False) -%}
        comment on column {{ relation }}.{{ adapter.quote(column.name) }} is '{{ column.description | replace("'", "''") }}'
      {%- endcall %}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}
