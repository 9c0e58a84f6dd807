{# insert_overwrite: the parts of the table that the new rows are in are replaced; the others stay. `partition_by` says what a part is. #}

{% macro get_incremental_insert_overwrite_sql(arg_dict) -%}
  {{ return(adapter.dispatch('get_incremental_insert_overwrite_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_insert_overwrite_sql(arg_dict) -%}
  {%- set target, source = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
  {{ get_delete_overwritten_sql(target, source, overwrite_partitions(arg_dict['dest_columns']), arg_dict['incremental_predicates'] or []) }};
  {{ get_insert_into_sql(target, source, arg_dict['dest_columns']) }}
{%- endmacro %}

{# The SQL expressions whose values tell the parts of a table apart; none: the table is one part. #}
{% macro overwrite_partitions(dest_columns=none) -%}
  {%- set given = config.get('partition_by') -%}
  {%- set parts = [] -%}
  {%- if given -%}
    {%- for each in ([given] if given is string or given is mapping else given if given is sequence else [none]) -%}
      {% do parts.append(overwrite_partition(each, given, dest_columns)) %}
    {%- endfor -%}
  {%- endif -%}
  {%- if config.get('partitions') and parts | length != 1 -%}
    {% do exceptions.raise_compiler_error("the config 'partitions' of '" ~ model.name ~ "' needs a partition_by of one column: it lists the values whose rows are replaced") %}
  {%- endif -%}
  {{ return(parts) }}
{%- endmacro %}

{# `day`, `month(day)` or {'field': 'day', 'granularity': 'month'}; any other text is SQL of the target. #}
{% macro overwrite_partition(each, given, dest_columns) -%}
  {%- if each is mapping -%}
    {%- set field, granularity = each.get('field'), each.get('granularity') or ('day' if each.get('data_type') in ['timestamp', 'datetime'] else none) -%}
  {%- else -%}
    {%- set field, granularity = each, none -%}
  {%- endif -%}
  {%- if field is not string or not field | trim or (dest_columns is not none and each is mapping and each.get('range')) -%}
    {% do exceptions.raise_compiler_error("the config 'partition_by' of '" ~ model.name ~ "' cannot be " ~ tojson(given)
         ~ ": give a column, a list of columns, {'field': …, 'granularity': …}, or year(…), month(…), day(…), hour(…) of a column") %}
  {%- endif -%}
  {%- set field = field | trim -%}
  {%- set called, inner = field.split('(')[0] | trim | lower, field[:-1].split('(')[1:] -%}
  {%- if each is string and inner | length == 1 and field[-1] == ')' and ',' not in inner[0] -%}
    {%- if called.rstrip('s') in ['year', 'month', 'day', 'hour'] -%}
      {{ return(date_trunc(called.rstrip('s'), overwrite_column(inner[0] | trim, dest_columns)) | trim) }}
    {%- elif called == 'identity' -%}
      {{ return(overwrite_column(inner[0] | trim, dest_columns)) }}
    {%- endif -%}
  {%- elif called in ['bucket', 'truncate'] and inner -%}
    {% do exceptions.raise_compiler_error("partition_by '" ~ field ~ "' of '" ~ model.name ~ "' is for Iceberg tables: give a column, or SQL of the target") %}
  {%- endif -%}
  {%- set column = overwrite_column(field, dest_columns) -%}
  {{ return(date_trunc(granularity | lower, column) | trim if granularity and (granularity | lower != 'day' or each.get('data_type') != 'date') else column) }}
{%- endmacro %}

{# The column of this name in quotes; what is no plain name stays as it is. #}
{% macro overwrite_column(name, dest_columns) -%}
  {%- if dest_columns is none -%}{{ return(name) }}{%- endif -%}
  {%- for column in dest_columns if column.name | lower == name | lower -%}
    {{ return(column.quoted) }}
  {%- endfor -%}
  {%- if name.replace("_", "").isalnum() -%}
    {% do exceptions.raise_compiler_error("partition_by names '" ~ name ~ "', which '" ~ model.name ~ "' does not have. There are: "
         ~ dest_columns | map(attribute='name') | join(', ')) %}
  {%- endif -%}
  {{ return(name) }}
{%- endmacro %}

{# Deletes the rows of the parts that `source` has rows of; of the values in `partitions` where the config lists them; of the predicates alone, or
   all, where nothing tells parts apart. #}
{% macro get_delete_overwritten_sql(target, source, parts, predicates) -%}
  {{ return(adapter.dispatch('get_delete_overwritten_sql', 'dbt')(target, source, parts, predicates)) }}
{%- endmacro %}

{% macro default__get_delete_overwritten_sql(target, source, parts, predicates) -%}
  {%- set conditions = predicates | list -%}
  {%- if parts -%}{% do conditions.insert(0, overwritten_condition(source, parts)) %}{%- endif -%}
  delete from {{ target }}
  {%- for condition in conditions %} {{ 'where' if loop.first else 'and' }} ({{ condition }}){% endfor %}
{%- endmacro %}

{% macro overwritten_condition(source, parts) -%}
  {%- if config.get('partitions') -%}
    {{ return(parts[0] ~ ' in (' ~ config.get('partitions') | join(', ') ~ ')') }}
  {%- endif -%}
  {{ return(adapter.dispatch('overwritten_condition', 'dbt')(source, parts)) }}
{%- endmacro %}

{% macro default__overwritten_condition(source, parts) -%}
  {%- set same -%}
    {%- for part in parts %}DBT_INTERNAL_SOURCE.dvt_part_{{ loop.index }} is not distinct from {{ part }}{{ ' and ' if not loop.last }}{% endfor %}
  {%- endset -%}
  {{ return('exists (select 1 from ' ~ overwritten_parts(source, parts) ~ ' as DBT_INTERNAL_SOURCE where ' ~ same ~ ')') }}
{%- endmacro %}

{# Lists of parts are found by a hash, which `is not distinct from` is not: that is left for parts with a NULL. #}
{% macro postgres__overwritten_condition(source, parts) -%}
  {%- set listed = '(' ~ parts | join(', ') ~ ') in (select ' ~ parts | join(', ') ~ ' from ' ~ source ~ ')' -%}
  {{ return(listed ~ ' or (' ~ parts | join(' is null or ') ~ ' is null) and ' ~ default__overwritten_condition(source, parts)) }}
{%- endmacro %}

{% macro overwritten_parts(source, parts) -%}
  {%- set names -%}
    {%- for part in parts %}{{ part }} as dvt_part_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
  {%- endset -%}
  {{ return('(select distinct ' ~ names ~ ' from ' ~ source ~ ')') }}
{%- endmacro %}

{% macro mysql__get_delete_overwritten_sql(target, source, parts, predicates) -%}
  {%- if not parts or config.get('partitions') -%}
    {{ return(default__get_delete_overwritten_sql(target, source, parts, predicates)) }}
  {%- endif -%}
  delete DBT_INTERNAL_DEST from {{ target }} as DBT_INTERNAL_DEST
  join {{ overwritten_parts(source, parts) }} as DBT_INTERNAL_SOURCE
    on {% for part in parts -%} DBT_INTERNAL_SOURCE.dvt_part_{{ loop.index }} <=> {{ part }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in predicates %}{{ ' where ' if loop.first else ' and ' }}({{ predicate }}){% endfor %}
{%- endmacro %}

{# dbt's name for it where all rows are replaced but for those that no predicate names; for projects that call it. #}
{% macro get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) -%}
  {{ return(adapter.dispatch('get_insert_overwrite_merge_sql', 'dbt')(target, source, dest_columns, predicates, include_sql_header)) }}
{%- endmacro %}

{% macro default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {{ config.get('sql_header') if include_sql_header and config.get('sql_header') }}
  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on false
  when not matched by source {{ 'and ' ~ predicates | join(' and ') if predicates }} then delete
  when not matched then insert ({{ names }}) values ({{ names }})
{%- endmacro %}
