{# Dates in texts of a format, as jobs that build one partition at a time pass them in. #}

{% macro convert_datetime(date_str, date_fmt) -%}
  {{ return(modules.datetime.datetime.strptime(date_str | string, date_fmt)) }}
{%- endmacro %}

{# Every day from the first to the last, both included; one day if there is no last. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") -%}
  {%- set first = convert_datetime(start_date_str, in_fmt) -%}
  {%- set last = convert_datetime(start_date_str if end_date_str is none else end_date_str, in_fmt) -%}
  {%- set days = (last - first).days -%}
  {%- if days < 0 -%}
    {% do exceptions.raise_compiler_error('the range of dates ends at ' ~ end_date_str ~ ', before it begins at ' ~ start_date_str) %}
  {%- endif -%}
  {%- set dates = [] -%}
  {%- for each in range(days + 1) -%}
    {% do dates.append((first + modules.datetime.timedelta(days=each)).strftime(out_fmt)) %}
  {%- endfor -%}
  {{ return(dates) }}
{%- endmacro %}

{# "20240101", or "20240101,20240105". #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
  {%- set ends = (raw_partition_date | string).split(',') -%}
  {%- if ends | length > 2 -%}
    {% do exceptions.raise_compiler_error("a range of partitions is one date or two with a comma between them, found '" ~ raw_partition_date ~ "'") %}
  {%- endif -%}
  {{ return(dates_in_range(ends[0] | trim, ends[1] | trim if ends | length == 2 else none, in_fmt=date_fmt)) }}
{%- endmacro %}

{% macro py_current_timestring() -%}
  {{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}
{%- endmacro %}
