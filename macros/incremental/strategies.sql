{# The SQL of each incremental strategy. `arg_dict`: target_relation, temp_relation, unique_key, dest_columns, incremental_predicates. #}

{% macro get_incremental_append_sql(arg_dict) -%}
  {{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_append_sql(arg_dict) -%}
  {{ return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) }}
{%- endmacro %}

{% macro get_incremental_default_sql(arg_dict) -%}
  {{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_default_sql(arg_dict) -%}
  {%- if arg_dict['unique_key'] -%}
    {{ return(get_incremental_delete_insert_sql(arg_dict)) }}
  {%- else -%}
    {{ return(get_incremental_append_sql(arg_dict)) }}
  {%- endif -%}
{%- endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) -%}
  {{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_delete_insert_sql(arg_dict) -%}
  {{ return(get_delete_insert_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
                                        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{%- endmacro %}

{% macro get_incremental_merge_sql(arg_dict) -%}
  {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_merge_sql(arg_dict) -%}
  {{ return(get_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'], arg_dict['dest_columns'],
                          arg_dict['incremental_predicates'])) }}
{%- endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  insert into {{ target_relation }} ({{ names }})
  select {{ names }} from {{ temp_relation }}
{%- endmacro %}

{% macro unique_key_columns(unique_key) -%}
  {%- if unique_key is none or not unique_key -%}{{ return([]) }}{%- endif -%}
  {{ return([unique_key] if unique_key is string else unique_key) }}
{%- endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ return(adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates)) }}
{%- endmacro %}

{# NULL keys never match, as in dbt: such rows are added. #}
{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if keys -%}
  delete from {{ target }}
  where {% if keys | length == 1 -%} {{ keys[0] }} in (select {{ keys[0] }} from {{ source }})
  {%- else -%} exists (select 1 from {{ source }} as DBT_INTERNAL_SOURCE where
    {%- for key in keys %} DBT_INTERNAL_SOURCE.{{ key }} = {{ target }}.{{ key }}{{ ' and' if not loop.last }}{% endfor %})
  {%- endif %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %};
  {% endif -%}
  {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{# Which columns a merge updates, as names in quotes: those chosen, all but those excluded, or all. #}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{%- endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {% do exceptions.raise_compiler_error("set merge_update_columns or merge_exclude_columns, not both: '" ~ model.name ~ "' has both") %}
  {%- endif -%}
  {%- set chosen = merge_update_columns | map('lower') | list if merge_update_columns else none -%}
  {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
  {%- set names = [] -%}
  {%- for column in dest_columns if column.name | lower not in excluded and (chosen is none or column.name | lower in chosen) -%}
    {% do names.append(column.quoted) %}
  {%- endfor -%}
  {{ return(names) }}
{%- endmacro %}

{# Whether two rows have the same key. The arguments are SQL. #}
{% macro get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
  {{ return(adapter.dispatch('get_merge_unique_key_match', 'dbt')(source_unique_key, target_unique_key)) }}
{%- endmacro %}

{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
  {{ return(equals(source_unique_key, target_unique_key)) }}
{%- endmacro %}

{# Names in quotes of what a merge updates: keys stay as they are, unless the config names them. #}
{% macro merge_update_columns(dest_columns, unique_key) -%}
  {%- set chosen = config.get('merge_update_columns') -%}
  {%- set updated = get_merge_update_columns(chosen, config.get('merge_exclude_columns'), dest_columns) -%}
  {%- if chosen -%}{{ return(updated) }}{%- endif -%}
  {%- set keys = [] -%}
  {%- for key in unique_key_columns(unique_key) -%}{% do keys.extend([key | lower, adapter.quote(key) | lower]) %}{%- endfor -%}
  {%- set names = [] -%}
  {%- for name in updated if name | lower not in keys -%}{% do names.append(name) %}{%- endfor -%}
  {{ return(names) }}
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ return(adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates)) }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if not keys -%}
    {{ return(get_insert_into_sql(target, source, dest_columns)) }}
  {%- endif -%}
  {%- set updated = merge_update_columns(dest_columns, unique_key) -%}
  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on {% for key in keys -%} {{ get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ key, 'DBT_INTERNAL_DEST.' ~ key) }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
  {% if updated -%}
  when matched then update set
    {%- for name in updated %} {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ',' if not loop.last }}{% endfor %}
  {% endif -%}
  when not matched then insert ({{ get_quoted_csv(dest_columns | map(attribute='name')) }})
  values ({% for column in dest_columns %}DBT_INTERNAL_SOURCE.{{ adapter.quote(column.name) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# What adapter.valid_incremental_strategies() tells. #}
{% macro valid_incremental_strategies() -%}
  {{ return(['append', 'delete+insert', 'insert_overwrite', 'merge', 'microbatch']) }}
{%- endmacro %}
