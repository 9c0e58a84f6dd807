{# Which rows of an input a model with `watermarks` reads, and the table that keeps how far it has read. #}

{# `kind`: number, date, timestamp, timestamp with time zone, text. `above`, `upto`: values, or none. `nulls`: rows without a value, too.
   `elsewhere`: of a relation that another system holds. #}
{% macro watermark_predicate(field, kind, above, upto, nulls, elsewhere=false) -%}
  {{ return(adapter.dispatch('watermark_predicate', 'dbt')(field, kind, above, upto, nulls, elsewhere)) }}
{%- endmacro %}

{% macro default__watermark_predicate(field, kind, above, upto, nulls, elsewhere) -%}
  {%- set parts = [] -%}
  {%- if above is not none -%}{% do parts.append(field ~ ' > ' ~ watermark_literal(kind, above, elsewhere)) %}{%- endif -%}
  {%- if upto is not none -%}{% do parts.append(field ~ ' <= ' ~ watermark_literal(kind, upto, elsewhere)) %}{%- endif -%}
  {%- set within = parts | join(' and ') -%}
  {%- if nulls -%}
    {{ return('(' ~ within ~ ' or ' ~ field ~ ' is null)' if within else field ~ ' is null') }}
  {%- endif -%}
  {{ return(within) }}
{%- endmacro %}

{% macro watermark_literal(kind, value, elsewhere=false) -%}
  {{ return(adapter.dispatch('watermark_literal', 'dbt')(kind, value, elsewhere)) }}
{%- endmacro %}

{# Where the rows are, a text becomes what the column is; elsewhere it has to say what it is. A moment says so by its zone. #}
{% macro default__watermark_literal(kind, value, elsewhere) -%}
  {%- if kind == 'number' -%}{{ return(value) }}{%- endif -%}
  {%- set text = comment_literal(value) -%}
  {{ return(kind ~ ' ' ~ text if elsewhere and kind in ['date', 'timestamp'] else text) }}
{%- endmacro %}

{% macro mysql__watermark_literal(kind, value, elsewhere) -%}
  {%- if kind == 'number' -%}{{ return(value) }}{%- endif -%}
  {%- set text = comment_literal(value) -%}
  {%- if kind == 'text' or (elsewhere and kind == 'timestamp with time zone') -%}{{ return(text) }}{%- endif -%}
  {{ return(('date' if kind == 'date' else 'timestamp') ~ comment_literal(value | replace('+00', ''))) }}
{%- endmacro %}

{% macro sqlite__watermark_literal(kind, value, elsewhere) -%}
  {%- if kind == 'number' -%}{{ return(value) }}{%- endif -%}
  {{ return(comment_literal(value if kind == 'text' or elsewhere else value | replace('+00', ''))) }}
{%- endmacro %}

{% macro get_create_watermarks_sql(relation) -%}
  {{ return(adapter.dispatch('get_create_watermarks_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_create_watermarks_sql(relation) -%}
  create table if not exists {{ relation }} (
    {%- for name in ['model', 'input'] %}
    {{ adapter.quote(name) }} varchar(255) not null,
    {%- endfor %}
    {{ adapter.quote('column_name') }} varchar(255) not null,
    {{ adapter.quote('value_type') }} varchar(40),
    {{ adapter.quote('value') }} varchar(2000),
    {{ adapter.quote('invocation_id') }} varchar(40) not null,
    {{ adapter.quote('stored_at') }} varchar(40) not null,
    primary key ({{ adapter.quote('model') }}, {{ adapter.quote('input') }})
  )
{%- endmacro %}

{% macro mysql__get_create_watermarks_sql(relation) -%}
  {{ default__get_create_watermarks_sql(relation) }} engine=InnoDB character set utf8mb4 collate utf8mb4_bin
{%- endmacro %}
