{# Moments and dates. A date part is a word: year, quarter, month, week, day, hour, minute, second … #}

{% macro current_timestamp() -%}
  {{ return(adapter.dispatch('current_timestamp', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp() -%}
  current_timestamp
{%- endmacro %}

{% macro postgres__current_timestamp() -%}
  now()
{%- endmacro %}

{% macro duckdb__current_timestamp() -%}
  now()
{%- endmacro %}

{% macro mysql__current_timestamp() -%}
  now(6)
{%- endmacro %}

{% macro current_timestamp_backcompat() -%}
  {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp_backcompat() -%}
  cast({{ current_timestamp() }} as {{ type_timestamp() }})
{%- endmacro %}

{% macro current_timestamp_in_utc_backcompat() -%}
  {{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() -%}
  cast((current_timestamp at time zone 'utc') as {{ type_timestamp() }})
{%- endmacro %}

{% macro postgres__current_timestamp_backcompat() -%}
  current_timestamp::timestamp
{%- endmacro %}

{% macro postgres__current_timestamp_in_utc_backcompat() -%}
  (current_timestamp at time zone 'utc')::timestamp
{%- endmacro %}

{% macro mysql__current_timestamp_in_utc_backcompat() -%}
  utc_timestamp(6)
{%- endmacro %}

{% macro sqlite__current_timestamp_in_utc_backcompat() -%}
  current_timestamp
{%- endmacro %}

{% macro date(year, month, day) -%}
  {{ return(adapter.dispatch('date', 'dbt')(year, month, day)) }}
{%- endmacro %}

{% macro default__date(year, month, day) -%}
  cast('{{ modules.datetime.date(year, month, day).strftime('%Y-%m-%d') }}' as date)
{%- endmacro %}

{% macro sqlite__date(year, month, day) -%}
  '{{ modules.datetime.date(year, month, day).strftime('%Y-%m-%d') }}'
{%- endmacro %}

{% macro date_trunc(datepart, date) -%}
  {{ return(adapter.dispatch('date_trunc', 'dbt')(datepart, date)) }}
{%- endmacro %}

{% macro default__date_trunc(datepart, date) -%}
  date_trunc('{{ datepart }}', {{ date }})
{%- endmacro %}

{% macro mysql__date_trunc(datepart, date) -%}
  {%- set part = datepart | lower -%}
  {%- if part == 'year' -%} cast(date_format({{ date }}, '%Y-01-01') as datetime)
  {%- elif part == 'quarter' -%} cast(makedate(year({{ date }}), 1) + interval (quarter({{ date }}) - 1) quarter as datetime)
  {%- elif part == 'month' -%} cast(date_format({{ date }}, '%Y-%m-01') as datetime)
  {%- elif part == 'week' -%} cast(date({{ date }}) - interval weekday({{ date }}) day as datetime)
  {%- elif part == 'day' -%} cast(date({{ date }}) as datetime)
  {%- elif part == 'hour' -%} cast(date_format({{ date }}, '%Y-%m-%d %H:00:00') as datetime)
  {%- elif part == 'minute' -%} cast(date_format({{ date }}, '%Y-%m-%d %H:%i:00') as datetime)
  {%- elif part == 'second' -%} cast(date_format({{ date }}, '%Y-%m-%d %H:%i:%s') as datetime)
  {%- else -%}
    {{ exceptions.raise_compiler_error("date_trunc: MySQL has no date part '" ~ datepart ~ "'; use year, quarter, month, week, day, hour, minute or second") }}
  {%- endif -%}
{%- endmacro %}

{% macro sqlite__date_trunc(datepart, date) -%}
  {%- set part = datepart | lower -%}
  {%- if part == 'year' -%} strftime('%Y-01-01', {{ date }})
  {%- elif part == 'month' -%} strftime('%Y-%m-01', {{ date }})
  {%- elif part == 'week' -%} date({{ date }}, '-6 days', 'weekday 1')
  {%- elif part == 'day' -%} date({{ date }})
  {%- elif part == 'hour' -%} strftime('%Y-%m-%d %H:00:00', {{ date }})
  {%- elif part == 'minute' -%} strftime('%Y-%m-%d %H:%M:00', {{ date }})
  {%- elif part == 'second' -%} strftime('%Y-%m-%d %H:%M:%S', {{ date }})
  {%- else -%}
    {{ exceptions.raise_compiler_error("date_trunc: SQLite has no date part '" ~ datepart ~ "'; use year, month, week, day, hour, minute or second") }}
  {%- endif -%}
{%- endmacro %}

{% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
  {{ return(adapter.dispatch('dateadd', 'dbt')(datepart, interval, from_date_or_timestamp)) }}
{%- endmacro %}

{% macro default__dateadd(datepart, interval, from_date_or_timestamp) -%}
  dateadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})
{%- endmacro %}

{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) -%}
  {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))
{%- endmacro %}

{% macro duckdb__dateadd(datepart, interval, from_date_or_timestamp) -%}
  {%- set text = from_date_or_timestamp | string | trim -%}
  {%- if text.startswith("'") and text.endswith("'") -%} {# a bare literal has no type there #}
    date_add(cast({{ text }} as timestamp), interval ({{ interval }}) {{ datepart }})
  {%- else -%}
    date_add({{ from_date_or_timestamp }}, interval ({{ interval }}) {{ datepart }})
  {%- endif -%}
{%- endmacro %}

{% macro mysql__dateadd(datepart, interval, from_date_or_timestamp) -%}
  date_add({{ from_date_or_timestamp }}, interval ({{ interval }}) {{ datepart }})
{%- endmacro %}

{% macro sqlite__dateadd(datepart, interval, from_date_or_timestamp) -%}
  {%- set times, part = {'week': (7, 'day'), 'quarter': (3, 'month')}.get(datepart | lower, (1, datepart)) -%}
  datetime({{ from_date_or_timestamp }}, (({{ interval }}) * {{ times }}) || ' {{ part }}s')
{%- endmacro %}

{# How many boundaries of the part lie between the two. #}
{% macro datediff(first_date, second_date, datepart) -%}
  {{ return(adapter.dispatch('datediff', 'dbt')(first_date, second_date, datepart)) }}
{%- endmacro %}

{% macro default__datediff(first_date, second_date, datepart) -%}
  datediff({{ datepart }}, {{ first_date }}, {{ second_date }})
{%- endmacro %}

{# DuckDB counts whole weeks; a week here begins on Monday. #}
{% macro duckdb__datediff(first_date, second_date, datepart) -%}
  {%- if datepart | lower == 'week' -%}
    {{ return('(' ~ duckdb__datediff(duckdb_week(first_date), duckdb_week(second_date), 'day') ~ ' // 7)') }}
  {%- endif -%}
  date_diff('{{ datepart }}', cast({{ first_date }} as timestamp), cast({{ second_date }} as timestamp))
{%- endmacro %}

{% macro duckdb_week(date) -%}
  {{ return("date_trunc('week', cast(" ~ date ~ ' as timestamp))') }}
{%- endmacro %}

{% macro postgres__datediff(first_date, second_date, datepart) -%}
  {%- set first -%} (({{ first_date }})::timestamp) {%- endset -%}
  {%- set second -%} (({{ second_date }})::timestamp) {%- endset -%}
  {%- set part = datepart | lower -%}
  {%- set years -%} (date_part('year', {{ second }}) - date_part('year', {{ first }})) {%- endset -%}
  {%- set seconds = {'second': 1, 'minute': 60, 'hour': 3600} -%}
  {%- if part == 'year' -%} {{ years }}
  {%- elif part == 'quarter' -%} ({{ years }} * 4 + date_part('quarter', {{ second }}) - date_part('quarter', {{ first }}))
  {%- elif part == 'month' -%} ({{ years }} * 12 + date_part('month', {{ second }}) - date_part('month', {{ first }}))
  {%- elif part == 'week' -%} (({{ second }}::date - extract(dow from {{ second }})::int - ({{ first }}::date - extract(dow from {{ first }})::int)) / 7)
  {%- elif part == 'day' -%} ({{ second }}::date - {{ first }}::date)
  {%- elif part in seconds -%} (extract(epoch from date_trunc('{{ part }}', {{ second }}) - date_trunc('{{ part }}', {{ first }}))::bigint / {{ seconds[part] }})
  {%- elif part == 'millisecond' -%} (extract(epoch from date_trunc('milliseconds', {{ second }}) - date_trunc('milliseconds', {{ first }})) * 1000)::bigint
  {%- elif part == 'microsecond' -%} (extract(epoch from {{ second }} - {{ first }}) * 1000000)::bigint
  {%- else -%}
    {{ exceptions.raise_compiler_error("datediff: PostgreSQL has no date part '" ~ datepart ~ "'; use year, quarter, month, week, day, hour, minute, second, millisecond or microsecond") }}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__datediff(first_date, second_date, datepart) -%}
  {%- if datepart | lower == 'day' -%}
    datediff({{ second_date }}, {{ first_date }})
  {%- else -%}
    timestampdiff({{ datepart }}, {{ date_trunc(datepart, first_date) }}, {{ date_trunc(datepart, second_date) }})
  {%- endif -%}
{%- endmacro %}

{% macro sqlite__datediff(first_date, second_date, datepart) -%}
  {%- set part = datepart | lower -%}
  {%- set years -%} (strftime('%Y', {{ second_date }}) - strftime('%Y', {{ first_date }})) {%- endset -%}
  {%- set seconds = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800} -%}
  {%- if part == 'year' -%} {{ years }}
  {%- elif part == 'month' -%} ({{ years }} * 12 + strftime('%m', {{ second_date }}) - strftime('%m', {{ first_date }}))
  {%- elif part in seconds -%}
    ((strftime('%s', {{ date_trunc(part, second_date) }}) - strftime('%s', {{ date_trunc(part, first_date) }})) / {{ seconds[part] }})
  {%- else -%}
    {{ exceptions.raise_compiler_error("datediff: SQLite has no date part '" ~ datepart ~ "'; use year, month, week, day, hour, minute or second") }}
  {%- endif -%}
{%- endmacro %}

{% macro last_day(date, datepart) -%}
  {{ return(adapter.dispatch('last_day', 'dbt')(date, datepart)) }}
{%- endmacro %}

{% macro default__last_day(date, datepart) -%}
  {{ return(default_last_day(date, datepart)) }}
{%- endmacro %}

{% macro default_last_day(date, datepart) -%}
  cast({{ dateadd('day', '-1', dateadd(datepart, '1', date_trunc(datepart, date))) }} as date)
{%- endmacro %}

{% macro postgres__last_day(date, datepart) -%}
  {%- if datepart == 'quarter' -%}
    cast(date_trunc('quarter', {{ date }}) + interval '3 month' - interval '1 day' as date)
  {%- else -%}
    {{ default__last_day(date, datepart) }}
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__last_day(date, datepart) -%}
  {{ postgres__last_day(date, datepart) }}
{%- endmacro %}

{% macro sqlite__last_day(date, datepart) -%}
  date({{ dateadd('day', '-1', dateadd(datepart, '1', date_trunc(datepart, date))) }})
{%- endmacro %}
