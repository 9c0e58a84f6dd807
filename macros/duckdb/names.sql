{# Names of this system that a project can replace, or call as dbt.duckdb__…: what they do is the same as everywhere. #}

{% macro duckdb__alter_column_comment(relation, column_dict) -%}
  {{ return(dbt.default__alter_column_comment(relation, column_dict)) }}
{%- endmacro %}

{% macro duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
  {{ return(dbt.default__alter_relation_add_remove_columns(relation, add_columns, remove_columns)) }}
{%- endmacro %}

{% macro duckdb__alter_relation_comment(relation, relation_comment) -%}
  {{ return(dbt.default__alter_relation_comment(relation, relation_comment)) }}
{%- endmacro %}

{% macro duckdb__any_value(expression) -%}
  {{ return(dbt.default__any_value(expression)) }}
{%- endmacro %}

{% macro duckdb__check_schema_exists(information_schema, schema) -%}
  {{ return(dbt.default__check_schema_exists(information_schema, schema)) }}
{%- endmacro %}

{% macro duckdb__create_schema(relation) -%}
  {{ return(dbt.default__create_schema(relation)) }}
{%- endmacro %}

{% macro duckdb__date(year, month, day) -%}
  {{ return(dbt.default__date(year, month, day)) }}
{%- endmacro %}

{% macro duckdb__drop_relation(relation) -%}
  {{ return(dbt.default__drop_relation(relation)) }}
{%- endmacro %}

{% macro duckdb__drop_schema(relation) -%}
  {{ return(dbt.default__drop_schema(relation)) }}
{%- endmacro %}

{% macro duckdb__generate_series(upper_bound) -%}
  {{ return(dbt.default__generate_series(upper_bound)) }}
{%- endmacro %}

{% macro duckdb__get_batch_size() -%}
  {{ return(dbt.default__get_batch_size()) }}
{%- endmacro %}

{% macro duckdb__get_binding_char() -%}
  {{ return(dbt.default__get_binding_char()) }}
{%- endmacro %}

{% macro duckdb__get_columns_in_relation(relation) -%}
  {{ return(dbt.default__get_columns_in_relation(relation)) }}
{%- endmacro %}

{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
  {{ return(dbt.default__get_create_index_sql(relation, index_dict)) }}
{%- endmacro %}

{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ return(dbt.default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates)) }}
{%- endmacro %}

{% macro duckdb__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ return(dbt.default__get_empty_subquery_sql(select_sql, select_sql_header)) }}
{%- endmacro %}

{% macro duckdb__get_incremental_default_sql(arg_dict) -%}
  {{ return(dbt.default__get_incremental_default_sql(arg_dict)) }}
{%- endmacro %}

{% macro duckdb__get_incremental_merge_sql(arg_dict) -%}
  {{ return(dbt.default__get_incremental_merge_sql(arg_dict)) }}
{%- endmacro %}

{% macro duckdb__get_incremental_microbatch_sql(arg_dict) -%}
  {{ return(dbt.default__get_incremental_microbatch_sql(arg_dict)) }}
{%- endmacro %}

{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ return(dbt.default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates)) }}
{%- endmacro %}

{% macro duckdb__list_relations_without_caching(schema_relation) -%}
  {{ return(dbt.default__list_relations_without_caching(schema_relation)) }}
{%- endmacro %}

{% macro duckdb__list_schemas(database) -%}
  {{ return(dbt.default__list_schemas(database)) }}
{%- endmacro %}

{% macro duckdb__load_csv_rows(model, agate_table) -%}
  {{ return(dbt.default__load_csv_rows(model, agate_table)) }}
{%- endmacro %}

{% macro duckdb__make_temp_relation(base_relation, suffix) -%}
  {{ return(dbt.default__make_temp_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro duckdb__post_snapshot(staging_relation) -%}
  {{ return(dbt.default__post_snapshot(staging_relation)) }}
{%- endmacro %}

{% macro duckdb__rename_relation(from_relation, to_relation) -%}
  {{ return(dbt.default__rename_relation(from_relation, to_relation)) }}
{%- endmacro %}

{% macro duckdb__snapshot_get_time() -%}
  {{ return(dbt.default__snapshot_get_time()) }}
{%- endmacro %}

{% macro duckdb__snapshot_merge_sql(target, source, insert_cols) -%}
  {{ return(dbt.default__snapshot_merge_sql(target, source, insert_cols)) }}
{%- endmacro %}

{% macro duckdb__snapshot_string_as_time(timestamp) -%}
  {{ return(dbt.default__snapshot_string_as_time(timestamp)) }}
{%- endmacro %}

{# A text in dollar quotes, for COMMENT. #}
{% macro duckdb_escape_comment(comment) -%}
  {{ return(postgres_escape_comment(comment)) }}
{%- endmacro %}

{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {{ return(dbt.default__create_table_as(temporary, relation, compiled_code)) }}
{%- endmacro %}
