{# Rows written in property files as SQL, and the query of a unit test. #}

{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
  {{ return(adapter.dispatch('get_fixture_sql', 'dbt')(rows, column_name_to_data_types)) }}
{%- endmacro %}

{# Every row has a value, or none, for each of the columns. #}
{% macro default__get_fixture_sql(rows, column_name_to_data_types) -%}
  {%- for row in rows or [{}] -%}
    {{ '\nunion all\n' if not loop.first -}}
    select
    {%- for name, data_type in column_name_to_data_types.items() %} {{ fixture_value(row.get(name), data_type) }} as {{ adapter.quote(name) }}{{ ',' if not loop.last }}
    {%- endfor -%}
  {%- endfor -%}
  {{ '\nlimit 0' if not rows }}
{%- endmacro %}

{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted=none) -%}
  {{ return(adapter.dispatch('get_expected_sql', 'dbt')(rows, column_name_to_data_types)) }}
{%- endmacro %}

{% macro default__get_expected_sql(rows, column_name_to_data_types) -%}
  {{ return(get_fixture_sql(rows, column_name_to_data_types)) }}
{%- endmacro %}

{# What the model gives and what is expected, told apart by the last column. #}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {{ return(adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names)) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
{%- set columns = [] -%}
{%- for name in expected_column_names %}{% do columns.append(adapter.quote(name)) %}{% endfor -%}
with dvt_unit_test_actual as (
select {{ columns | join(', ') }}, 'actual' as actual_or_expected from (
{{ main_sql }}
) as dvt_unit_test_result
),
dvt_unit_test_expected as (
select {{ columns | join(', ') }}, 'expected' as actual_or_expected from (
{{ expected_fixture_sql }}
) as dvt_unit_test_rows
)
select * from dvt_unit_test_actual
union all
select * from dvt_unit_test_expected
{%- endmacro %}

{# One value of a row as SQL of the column's type. #}
{% macro fixture_value(value, data_type) -%}
  {{ return(adapter.dispatch('fixture_value', 'dbt')(value, data_type)) }}
{%- endmacro %}

{% macro default__fixture_value(value, data_type) -%}
  cast({{ fixture_literal(value, data_type) }} as {{ data_type }})
{%- endmacro %}

{# Without its type; lists and mappings as the JSON texts that most systems read. #}
{% macro fixture_literal(value, data_type) -%}
  {{ return(adapter.dispatch('fixture_literal', 'dbt')(value, data_type)) }}
{%- endmacro %}

{% macro default__fixture_literal(value, data_type) -%}
  {%- if value is none -%}
    null
  {%- elif value is string -%}
    {{ string_literal(escape_single_quotes(value)) }}
  {%- elif value is boolean and ('int' in data_type | lower or 'num' in data_type | lower or 'dec' in data_type | lower) -%}
    {{ 1 if value else 0 }}
  {%- elif value is mapping or value is sequence -%}
    {{ string_literal(escape_single_quotes(tojson(value))) }}
  {%- else -%}
    {{ value }}
  {%- endif -%}
{%- endmacro %}

{# Lists and structs have literals of their own. #}
{% macro duckdb__fixture_literal(value, data_type) -%}
  {%- if value is not string and (value is mapping or value is sequence) and data_type | upper != 'JSON' -%}
    {{ value }}
  {%- else -%}
    {{ default__fixture_literal(value, data_type) }}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__fixture_literal(value, data_type) -%}
  {%- if value is not string and value is not mapping and value is sequence and data_type.endswith('[]') -%}
    array[{% for item in value %}{{ default__fixture_literal(item, data_type) }}{{ ', ' if not loop.last }}{% endfor %}]
  {%- else -%}
    {{ default__fixture_literal(value, data_type) }}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__fixture_literal(value, data_type) -%}
  {%- if value is string -%}
    '{{ value | replace('\\', '\\\\') | replace("'", "''") }}'
  {%- else -%}
    {{ default__fixture_literal(value, data_type) }}
  {%- endif -%}
{%- endmacro %}

{% macro fixture_truth(value) -%}
  {{ 1 if value | trim | lower in ['true', 't', 'yes', 'y', 'on', '1'] else 0 }}
{%- endmacro %}

{# Casts know other names than columns. #}
{% macro mysql__fixture_value(value, data_type) -%}
  {%- set type = data_type | lower -%}
  {%- set precision = modules.re.search('\\(\\d+\\)', type) -%}
  {%- set length = precision.group(0) if precision else '' -%}
  {%- if type.startswith('tinyint(1)') or type.startswith('bit') or type.startswith('bool') -%}
    cast({{ fixture_truth(value) if value is string else fixture_literal(value, data_type) }} as signed)
  {%- elif 'int' in type.split('(')[0] or type.startswith('year') -%}
    cast({{ fixture_literal(value, data_type) }} as {{ 'unsigned' if 'unsigned' in type else 'signed' }})
  {%- elif type.startswith('decimal') or type.startswith('numeric') -%}
    cast({{ fixture_literal(value, data_type) }} as {{ type | replace('unsigned', '') | replace('zerofill', '') }})
  {%- elif type.startswith('double') or type.startswith('float') or type.startswith('real') -%}
    cast({{ fixture_literal(value, data_type) }} as double)
  {%- elif type.startswith('datetime') or type.startswith('timestamp') -%}
    cast({{ fixture_literal(value, data_type) }} as datetime{{ length }})
  {%- elif type.startswith('date') -%}
    cast({{ fixture_literal(value, data_type) }} as date)
  {%- elif type.startswith('time') -%}
    cast({{ fixture_literal(value, data_type) }} as time{{ length }})
  {%- elif 'binary' in type or 'blob' in type -%}
    cast({{ fixture_literal(value, data_type) }} as binary)
  {%- else -%}
    cast({{ fixture_literal(value, data_type) }} as char)
  {%- endif -%}
{%- endmacro %}

{# A column's type only says which kind of value is preferred: dates are texts, truths are numbers. #}
{% macro sqlite__fixture_value(value, data_type) -%}
  {%- set type = data_type | upper -%}
  {%- set literal = fixture_literal(value, data_type) -%}
  {%- if value is none -%}
    null
  {%- elif 'BOOL' in type -%}
    {{ fixture_truth(value) if value is string else (1 if value else 0) }}
  {%- elif 'INT' in type -%}
    cast({{ literal }} as integer)
  {%- elif 'CHAR' in type or 'CLOB' in type or 'TEXT' in type -%}
    cast({{ literal }} as text)
  {%- elif 'REAL' in type or 'FLOA' in type or 'DOUB' in type -%}
    cast({{ literal }} as real)
  {%- elif 'NUM' in type or 'DEC' in type -%}
    cast({{ literal }} as numeric)
  {%- else -%}
    {{ literal }}
  {%- endif -%}
{%- endmacro %}

{# A row of a fixture as {column: SQL of its value}. #}
{% macro format_row(row, column_name_to_data_types) -%}
  {%- set formatted = {} -%}
  {%- for name, value in row.items() -%}
    {%- if name not in column_name_to_data_types -%}
      {% do exceptions.raise_compiler_error("a row has the column '" ~ name ~ "', which is not among: " ~ column_name_to_data_types.keys() | join(', ')) %}
    {%- endif -%}
    {% do formatted.update({name: fixture_value(value, column_name_to_data_types[name]) | trim}) %}
  {%- endfor -%}
  {{ return(formatted) }}
{%- endmacro %}

{% macro validate_fixture_rows(rows, row_number) -%}
  {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro %}
