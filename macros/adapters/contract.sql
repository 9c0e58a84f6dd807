{# Contracts: what a model's columns are is compared with what its property file promises, and the table is made from the promise. #}

{% macro contract_is_enforced() -%}
  {%- set contract = config.get('contract') -%}
  {{ return(model.resource_type == 'model' and contract is not none and contract.enforced is true) }}
{%- endmacro %}

{# Fails with a table of differences. `sql`: the model's query; rows that are moved in are compared as they come. #}
{% macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro assert_columns_equivalent(sql) -%}
  {%- set columns = contract_columns() -%}
  {%- set rules = contract_rules() -%}
  {%- set header = config.get('sql_header') -%}
  {%- if header and not adapter.moves_data() -%}
    {% call statement('sql_header', auto_begin=False) -%}{{ header }}{%- endcall %}
  {%- endif -%}
  {% do adapter.assert_contract(get_empty_subquery_sql(sql), get_empty_schema_sql(columns) if rules.typed_nulls else none, columns, rules) %}
{%- endmacro %}

{# The contract's columns as {name, data_type} as they go into DDL. #}
{% macro contract_columns() -%}
  {%- set columns = [] -%}
  {%- for column in model.columns.values() -%}
    {% do columns.append({'name': contract_column_name(column), 'exact_name': column.name, 'data_type': contract_data_type(column)}) %}
  {%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}

{% macro contract_column_name(column) -%}
  {{ return(adapter.quote(column.name) if column.quote else column.name) }}
{%- endmacro %}

{% macro contract_data_type(column) -%}
  {%- set aliased = config.get('contract').alias_types -%}
  {{ return(column.data_type if aliased is false else api.Column.translate_type(column.data_type)) }}
{%- endmacro %}

{# How types compare. typed_nulls: `cast(null as <type>)` shows what a type is; modifiers: lengths and digits count;
   kinds: texts of any length are alike; typed_queries: columns of any query have types. #}
{% macro contract_rules() -%}
  {{ return(adapter.dispatch('contract_rules', 'dbt')()) }}
{%- endmacro %}

{% macro default__contract_rules() -%}
  {{ return({'typed_nulls': true, 'modifiers': false, 'typed_queries': true}) }}
{%- endmacro %}

{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{%- endmacro %}

{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ select_sql_header if select_sql_header is not none }}
  select * from (
  {{ select_sql }}
  ) as dbt_internal_empty where 1 = 0
{%- endmacro %}

{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}

{# `columns`: those of contract_columns(), or a model's own by name. #}
{% macro default__get_empty_schema_sql(columns) -%}
  select
  {%- for column in (columns.values() if columns is mapping else columns) %} cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}{%- endfor %}
{%- endmacro %}

{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{# The query's columns in the contract's order. #}
{% macro get_select_subquery(sql) -%}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__get_select_subquery(sql) -%}
  select {{ get_column_names() }}
  from (
  {{ sql }}
  ) as model_subq
{%- endmacro %}

{% macro get_column_names() -%}
  {{ return(adapter.dispatch('get_column_names', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_column_names() -%}
  {{ return(contract_columns() | map(attribute='name') | join(', ')) }}
{%- endmacro %}

{% macro get_table_columns_and_constraints() -%}
  {{ return(adapter.dispatch('get_table_columns_and_constraints', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() -%}
  {%- set parts = adapter.render_raw_columns_constraints(raw_columns=model.columns)
                  + adapter.render_raw_model_constraints(raw_constraints=model.constraints) -%}
  (
    {{ parts | join(',\n    ') }}
  )
{%- endmacro %}

{# enforced, not_enforced (taken, but rows may break it) or not_supported. #}
{% macro constraint_support(type) -%}
  {{ return(adapter.dispatch('constraint_support', 'dbt')(type)) }}
{%- endmacro %}

{% macro default__constraint_support(type) -%}
  {{ return('enforced') }}
{%- endmacro %}

{# Whether a constraint goes into the DDL, with a word about what the system does not hold. #}
{% macro constraint_is_taken(constraint) -%}
  {%- set support = constraint_support(constraint.type) -%}
  {%- if support == 'not_supported' -%}
    {%- if constraint.warn_unsupported is not false -%}
      {% do adapter.note('ConstraintNotSupported', 'the constraint ' ~ constraint.type ~ ' is left out: ' ~ adapter.type() ~ ' has none') %}
    {%- endif -%}
    {{ return(false) }}
  {%- endif -%}
  {%- if support == 'not_enforced' and constraint.warn_unenforced is not false -%}
    {% do adapter.note('ConstraintNotEnforced', 'the constraint ' ~ constraint.type ~ ' is part of the table, but ' ~ adapter.type()
         ~ ' does not hold rows to it') %}
  {%- endif -%}
  {{ return(true) }}
{%- endmacro %}

{% macro render_raw_columns_constraints(raw_columns) -%}
  {%- set lines = [] -%}
  {%- for column in (raw_columns.values() if raw_columns is mapping else raw_columns) -%}
    {%- set words = [contract_column_name(column), contract_data_type(column)] -%}
    {%- for constraint in column.constraints or [] if constraint_is_taken(constraint) -%}
      {%- set text = render_column_constraint(constraint) -%}
      {%- if text -%}{% do words.append(text) %}{%- endif -%}
    {%- endfor -%}
    {% do lines.append(words | join(' ')) %}
  {%- endfor -%}
  {{ return(lines) }}
{%- endmacro %}

{% macro render_column_constraint(constraint) -%}
  {%- set type = constraint.type -%}
  {%- set more = constraint.expression or '' -%}
  {%- if type == 'check' -%}{{ return('check (' ~ more ~ ')') }}
  {%- elif type == 'not_null' -%}{{ return(('not null ' ~ more) | trim) }}
  {%- elif type == 'unique' -%}{{ return(('unique ' ~ more) | trim) }}
  {%- elif type == 'primary_key' -%}{{ return(('primary key ' ~ more) | trim) }}
  {%- elif type == 'foreign_key' -%}{{ return(render_references(constraint)) }}
  {%- else -%}{{ return(more) }}
  {%- endif -%}
{%- endmacro %}

{% macro render_references(constraint) -%}
  {%- if constraint.to -%}
    {{ return('references ' ~ referenced_relation(constraint.to) ~ ' (' ~ constraint.to_columns | join(', ') ~ ')' ~ (' ' ~ constraint.expression if constraint.expression else '')) }}
  {%- endif -%}
  {{ return('references ' ~ constraint.expression) }}
{%- endmacro %}

{# The text of another relation as a foreign key may name it. #}
{% macro referenced_relation(text) -%}
  {{ return(adapter.dispatch('referenced_relation', 'dbt')(text)) }}
{%- endmacro %}

{% macro default__referenced_relation(text) -%}
  {{ return(text) }}
{%- endmacro %}

{% macro render_raw_model_constraints(raw_constraints) -%}
  {%- set lines = [] -%}
  {%- for constraint in raw_constraints or [] if constraint_is_taken(constraint) -%}
    {%- set text = render_model_constraint(constraint) -%}
    {%- if text -%}{% do lines.append(text) %}{%- endif -%}
  {%- endfor -%}
  {{ return(lines) }}
{%- endmacro %}

{% macro render_model_constraint(constraint) -%}
  {%- set names = [] -%}
  {%- for name in constraint.columns or [] -%}
    {%- set column = model.columns.get(name) if model is defined else none -%}
    {% do names.append(contract_column_name(column) if column else name) %}
  {%- endfor -%}
  {%- set list = '(' ~ names | join(', ') ~ ')' -%}
  {%- set more = ' ' ~ constraint.expression if constraint.expression else '' -%}
  {%- set type = constraint.type -%}
  {%- set named = 'constraint ' ~ constraint_build_name(constraint) ~ ' ' if constraint.name else '' -%}
  {%- if type == 'check' -%}{{ return(named ~ 'check (' ~ constraint.expression ~ ')') }}
  {%- elif type == 'unique' -%}{{ return(named ~ 'unique' ~ more ~ ' ' ~ list) }}
  {%- elif type == 'primary_key' -%}{{ return(named ~ 'primary key' ~ more ~ ' ' ~ list) }}
  {%- elif type == 'foreign_key' -%}{{ return(named ~ 'foreign key ' ~ list ~ ' ' ~ render_references(constraint)) }}
  {%- elif type == 'custom' -%}{{ return(named ~ constraint.expression) }}
  {%- endif -%}
  {{ return('') }}
{%- endmacro %}

{# What a named constraint is called while its table is built beside the one that has the name still. #}
{% macro constraint_build_name(constraint) -%}
  {{ return(adapter.dispatch('constraint_build_name', 'dbt')(constraint)) }}
{%- endmacro %}

{% macro default__constraint_build_name(constraint) -%}
  {{ return(constraint.name) }}
{%- endmacro %}

{# After the swap: constraints get the names that they are to have. #}
{% macro settle_constraint_names(relation) -%}
  {{ return(adapter.dispatch('settle_constraint_names', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__settle_constraint_names(relation) -%}
{%- endmacro %}

{# An empty table by the contract, for rows that come from elsewhere. #}
{% macro get_create_table_by_contract_sql(relation) -%}
  {{ return(adapter.dispatch('get_create_table_by_contract_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_create_table_by_contract_sql(relation) -%}
  create {{ table_kind() }}table {{ relation }} {{ get_table_columns_and_constraints() }}
{%- endmacro %}

{# A word before TABLE, such as UNLOGGED. #}
{% macro table_kind() -%}
  {{ return(adapter.dispatch('table_kind', 'dbt')()) }}
{%- endmacro %}

{% macro default__table_kind() -%}
  {{ return('') }}
{%- endmacro %}

{# Columns that a query for types gave, as api.Column. #}
{% macro sql_convert_columns_in_relation(table) -%}
  {%- set columns = [] -%}
  {%- for row in table -%}{% do columns.append(api.Column(*row)) %}{%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}
