{# User-defined functions: `functions/<name>.sql` is the body, a property file says what it takes and gives. The statement is made by
   <config.type>_function_<language>, so that a project can add kinds and languages of its own. #}

{% materialization function, default, supported_languages=['sql', 'python', 'javascript'] -%}
  {%- set target_relation = this.incorporate(type='function') -%}
  {%- if model.language == 'python' -%}
    {% do check_python_function() %}
  {%- endif -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do adapter.begin() %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- set maker = adapter.dispatch(config.get('type', 'scalar') ~ '_function_' ~ model.language, 'dbt') -%}
  {% call statement('main', auto_begin=False) -%}
    {{ maker(target_relation) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{% macro check_python_function() -%}
  {%- if not config.get('runtime_version') -%}
    {% do exceptions.raise_compiler_error('A `runtime_version` is required for python functions: set it in the config of ' ~ model.name) %}
  {%- endif -%}
  {%- if not config.get('entry_point') -%}
    {% do exceptions.raise_compiler_error('An `entry_point` is required for python functions: set it in the config of ' ~ model.name) %}
  {%- endif -%}
{%- endmacro %}

{% macro default__scalar_function_sql(target_relation) -%}
  {{ return(adapter.dispatch('scalar_function_create_sql', 'dbt')(target_relation)) }}
{%- endmacro %}

{% macro default__scalar_function_create_sql(target_relation) -%}
  CREATE OR REPLACE FUNCTION {{ target_relation }} ({{ function_arguments() }})
  RETURNS {{ model.returns.data_type }}
  {{ function_volatility() }}
  AS
  $$
  {{ compiled_code }}
  $$ LANGUAGE SQL
{%- endmacro %}

{# A body as one value: a query goes into brackets. #}
{% macro function_value() -%}
  {{ return('(' ~ compiled_code ~ '\n)') }}
{%- endmacro %}

{# name type [DEFAULT value], … #}
{% macro function_arguments(defaults=' DEFAULT ') -%}
  {%- set parts = [] -%}
  {%- for argument in model.arguments -%}
    {%- set more = defaults ~ function_default(argument.default_value) if defaults and argument.default_value is not none else '' -%}
    {% do parts.append(argument.name ~ ' ' ~ argument.data_type ~ more) %}
  {%- endfor -%}
  {{ return(parts | join(', ')) }}
{%- endmacro %}

{# Texts are written as SQL, as they are: a default may be an expression. #}
{% macro function_default(value) -%}
  {{ return(value | string | lower if value is boolean else value | string) }}
{%- endmacro %}

{% macro function_volatility() -%}
  {%- set volatility = config.get('volatility') -%}
  {%- if not volatility -%}{{ return('') }}{%- endif -%}
  {%- set words = {'deterministic': 'IMMUTABLE', 'stable': 'STABLE', 'non-deterministic': 'VOLATILE'} -%}
  {%- if volatility not in words -%}
    {% do exceptions.raise_compiler_error("The volatility of function '" ~ model.name ~ "' is '" ~ volatility ~ "': use deterministic, stable or non-deterministic") %}
  {%- endif -%}
  {{ return(words[volatility]) }}
{%- endmacro %}

{% macro tell_volatility_is_not_kept() -%}
  {%- if function_volatility() -%}
    {% do adapter.note('UnsupportedFunctionVolatility', 'the volatility of function ' ~ model.name ~ ' is left out: ' ~ adapter.type() ~ ' has none') %}
  {%- endif -%}
{%- endmacro %}

{# DuckDB: a macro, whose value has the type that is promised. Its parameters have none, which older files do not know. What it holds
   may aggregate. #}
{% macro duckdb__scalar_function_create_sql(target_relation) -%}
  {% do tell_volatility_is_not_kept() %}
  {%- set parts = [] -%}
  {%- for argument in model.arguments -%}
    {% do parts.append(argument.name ~ (' := ' ~ function_default(argument.default_value) if argument.default_value is not none else '')) %}
  {%- endfor %}
  CREATE OR REPLACE FUNCTION {{ target_relation }} ({{ parts | join(', ') }}) AS
  CAST({{ function_value() }} AS {{ model.returns.data_type }})
{%- endmacro %}

{% macro duckdb__aggregate_function_sql(target_relation) -%}
  {{ return(duckdb__scalar_function_create_sql(target_relation)) }}
{%- endmacro %}

{% macro mysql__scalar_function_create_sql(target_relation) -%}
  {%- if model.arguments | selectattr('default_value', 'ne', none) | list -%}
    {% do exceptions.raise_compiler_error("Function '" ~ model.name ~ "' has default values of arguments, which MySQL and MariaDB do not know") %}
  {%- endif -%}
  {% call statement('drop_function', auto_begin=False) -%}DROP FUNCTION IF EXISTS {{ target_relation }}{%- endcall %}
  CREATE FUNCTION {{ target_relation }} ({{ function_arguments('') }})
  RETURNS {{ model.returns.data_type }}
  {{ 'NOT DETERMINISTIC' if function_volatility() == 'VOLATILE' else 'DETERMINISTIC' }}
  RETURN {{ function_value() }}
{%- endmacro %}

{% macro sqlite__scalar_function_create_sql(target_relation) -%}
  {% do exceptions.raise_compiler_error("Function '" ~ model.name ~ "' cannot be made: SQLite has no functions in SQL. Write it as a macro.") %}
{%- endmacro %}
