{# Models that are built one stretch of event time at a time: the rows of a batch replace those that the table has of its time. #}

{# `start`, `end`: "2024-01-31 00:00:00", UTC. `elsewhere`: of a relation that another system holds. #}
{% macro event_time_predicate(field, start, end, elsewhere=false) -%}
  {{ return(adapter.dispatch('event_time_predicate', 'dbt')(field, start, end, elsewhere)) }}
{%- endmacro %}

{# Where the rows are, a text fits dates and times with and without a zone; elsewhere it has to say what it is. #}
{% macro default__event_time_predicate(field, start, end, elsewhere) -%}
  {%- if elsewhere -%}
  {{ field }} >= timestamp '{{ start }}' and {{ field }} < timestamp '{{ end }}'
  {%- else -%}
  {{ field }} >= '{{ start }}+00:00' and {{ field }} < '{{ end }}+00:00'
  {%- endif -%}
{%- endmacro %}

{% macro get_incremental_microbatch_sql(arg_dict) -%}
  {{ return(adapter.dispatch('get_incremental_microbatch_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set target, source = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
  {%- set start = config.get('__dbt_internal_microbatch_event_time_start') -%}
  {%- set end = config.get('__dbt_internal_microbatch_event_time_end') -%}
  {%- if start is none or end is none -%}
    {% do exceptions.raise_compiler_error("incremental_strategy 'microbatch' runs in batches only") %}
  {%- endif -%}
  delete from {{ target }} where {{ event_time_predicate(config.get('event_time'), start[:-6], end[:-6]) }}
  {%- for predicate in arg_dict['incremental_predicates'] or [] %} and {{ predicate }}{% endfor %};
  {% if arg_dict['unique_key'] -%}
  {{ get_incremental_delete_insert_sql(arg_dict) }}
  {%- else -%}
  {{ get_insert_into_sql(target, source, arg_dict['dest_columns']) }}
  {%- endif %}
{%- endmacro %}
