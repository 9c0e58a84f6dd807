{# Rows of numbers and of dates, made of joins so that every system can. #}

{# The least n for which 2^n is at least the bound. #}
{% macro get_powers_of_two(upper_bound) -%}
  {{ return(adapter.dispatch('get_powers_of_two', 'dbt')(upper_bound)) }}
{%- endmacro %}

{% macro default__get_powers_of_two(upper_bound) -%}
  {%- if upper_bound <= 0 -%}
    {{ exceptions.raise_compiler_error('upper bound must be positive') }}
  {%- endif -%}
  {%- for power in range(1, 63) if upper_bound <= 2 ** power -%}
    {%- if loop.first -%} {{ return(power) }} {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{# generated_number from 1 to the bound, as a query. #}
{% macro generate_series(upper_bound) -%}
  {{ return(adapter.dispatch('generate_series', 'dbt')(upper_bound)) }}
{%- endmacro %}

{% macro default__generate_series(upper_bound) -%}
  {%- set powers = get_powers_of_two(upper_bound) -%}
  with digits as (select 0 as bit union all select 1),
  numbers as (
    select {% for power in range(powers) %}p{{ power }}.bit * {{ 2 ** power }}{{ ' + ' if not loop.last }}{% endfor %} + 1 as generated_number
    from {% for power in range(powers) %}digits as p{{ power }}{{ ' cross join ' if not loop.last }}{% endfor %}
  )
  select * from numbers where generated_number <= {{ upper_bound }} order by generated_number
{%- endmacro %}

{% macro get_intervals_between(start_date, end_date, datepart) -%}
  {{ return(adapter.dispatch('get_intervals_between', 'dbt')(start_date, end_date, datepart)) }}
{%- endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) -%}
  {%- call statement('get_intervals_between', fetch_result=True) %}
    select {{ datediff(start_date, end_date, datepart) }}
  {%- endcall -%}
  {%- set rows = load_result('get_intervals_between') -%}
  {{ return(rows['data'][0][0] if rows and rows['data'] else 1) }}
{%- endmacro %}

{# One row a step from the start, the end excluded: date_<datepart>. #}
{% macro date_spine(datepart, start_date, end_date) -%}
  {{ return(adapter.dispatch('date_spine', 'dbt')(datepart, start_date, end_date)) }}
{%- endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) -%}
  with steps as (
    {{ generate_series(get_intervals_between(start_date, end_date, datepart)) }}
  ),
  all_periods as (
    select {{ dateadd(datepart, 'generated_number - 1', start_date) }} as date_{{ datepart }} from steps
  )
  select * from all_periods where date_{{ datepart }} <= {{ end_date }}
{%- endmacro %}
