{# Names of this system that a project can replace, or call as dbt.postgres__…: what they do is the same as everywhere. #}

{% macro postgres__alter_column_comment(relation, column_dict) -%}
  {{ return(dbt.default__alter_column_comment(relation, column_dict)) }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, relation_comment) -%}
  {{ return(dbt.default__alter_relation_comment(relation, relation_comment)) }}
{%- endmacro %}

{% macro postgres__check_schema_exists(information_schema, schema) -%}
  {{ return(dbt.default__check_schema_exists(information_schema, schema)) }}
{%- endmacro %}

{% macro postgres__copy_grants() -%}
  {{ return(dbt.default__copy_grants()) }}
{%- endmacro %}

{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {{ return(dbt.default__create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro postgres__drop_materialized_view(relation) -%}
  {{ return(dbt.default__drop_materialized_view(relation)) }}
{%- endmacro %}

{% macro postgres__drop_table(relation) -%}
  {{ return(dbt.default__drop_table(relation)) }}
{%- endmacro %}

{% macro postgres__drop_view(relation) -%}
  {{ return(dbt.default__drop_view(relation)) }}
{%- endmacro %}

{% macro postgres__equals(expr1, expr2) -%}
  {{ return(dbt.default__equals(expr1, expr2)) }}
{%- endmacro %}

{% macro postgres__get_columns_in_relation(relation) -%}
  {{ return(dbt.default__get_columns_in_relation(relation)) }}
{%- endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) -%}
  {{ return(dbt.default__get_drop_index_sql(relation, index_name)) }}
{%- endmacro %}

{% macro postgres__get_incremental_default_sql(arg_dict) -%}
  {{ return(dbt.default__get_incremental_default_sql(arg_dict)) }}
{%- endmacro %}

{% macro postgres__get_incremental_microbatch_sql(arg_dict) -%}
  {{ return(dbt.default__get_incremental_microbatch_sql(arg_dict)) }}
{%- endmacro %}

{% macro postgres__get_rename_materialized_view_sql(relation, new_name) -%}
  {{ return(dbt.default__get_rename_materialized_view_sql(relation, new_name)) }}
{%- endmacro %}

{% macro postgres__get_rename_table_sql(relation, new_name) -%}
  {{ return(dbt.default__get_rename_table_sql(relation, new_name)) }}
{%- endmacro %}

{% macro postgres__get_rename_view_sql(relation, new_name) -%}
  {{ return(dbt.default__get_rename_view_sql(relation, new_name)) }}
{%- endmacro %}

{% macro postgres__get_replace_table_sql(relation, sql) -%}
  {{ return(dbt.default__get_replace_table_sql(relation, sql)) }}
{%- endmacro %}

{% macro postgres__get_replace_view_sql(relation, sql) -%}
  {{ return(dbt.default__get_replace_view_sql(relation, sql)) }}
{%- endmacro %}

{% macro postgres__information_schema_name(database) -%}
  {{ return(dbt.default__information_schema_name(database)) }}
{%- endmacro %}

{% macro postgres__list_relations_without_caching(schema_relation) -%}
  {{ return(dbt.default__list_relations_without_caching(schema_relation)) }}
{%- endmacro %}

{% macro postgres__list_schemas(database) -%}
  {{ return(dbt.default__list_schemas(database)) }}
{%- endmacro %}

{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) -%}
  {{ return(dbt.default__make_backup_relation(base_relation, backup_relation_type, suffix)) }}
{%- endmacro %}

{% macro postgres__make_intermediate_relation(base_relation, suffix) -%}
  {{ return(dbt.default__make_intermediate_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro postgres__make_temp_relation(base_relation, suffix) -%}
  {{ return(dbt.default__make_temp_relation(base_relation, suffix)) }}
{%- endmacro %}

{% macro postgres__snapshot_get_time() -%}
  {{ return(dbt.default__snapshot_get_time()) }}
{%- endmacro %}

{% macro postgres__snapshot_merge_sql(target, source, insert_cols) -%}
  {{ return(dbt.default__snapshot_merge_sql(target, source, insert_cols)) }}
{%- endmacro %}

{% macro postgres__snapshot_string_as_time(timestamp) -%}
  {{ return(dbt.default__snapshot_string_as_time(timestamp)) }}
{%- endmacro %}

{% macro postgres__split_part(string_text, delimiter_text, part_number) -%}
  {{ return(dbt.default__split_part(string_text, delimiter_text, part_number)) }}
{%- endmacro %}

{# A name beside another: suffix, and a text that keeps it apart from others. #}
{% macro postgres__make_relation_with_suffix(base_relation, suffix, dstring) -%}
  {%- set mark = modules.datetime.datetime.now().strftime('%H%M%S%f') if dstring else '' -%}
  {%- set room = base_relation.relation_max_name_length() - suffix | length - mark | length -%}
  {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier[:room] ~ suffix ~ mark})) }}
{%- endmacro %}

{# A text in dollar quotes, for COMMENT. #}
{% macro postgres_escape_comment(comment) -%}
  {%- if comment is not string -%}
    {% do exceptions.raise_compiler_error('a comment is a text, found ' ~ comment) %}
  {%- endif -%}
  {%- set mark = '$dbt_comment_literal_block$' -%}
  {%- if mark in comment -%}
    {% do exceptions.raise_compiler_error('a comment cannot have ' ~ mark ~ ' in it') %}
  {%- endif -%}
  {{ return(mark ~ comment ~ mark) }}
{%- endmacro %}

{# Rows (schema and name of a relation, schema and name of what it reads): views and materialized views and what is below them. #}
{% macro postgres__get_relations() -%}
  {% call statement('relations', fetch_result=True) -%}
    select distinct used_space.nspname as referenced_schema, used.relname as referenced_name,
      user_space.nspname as dependent_schema, reader.relname as dependent_name
    from pg_catalog.pg_depend as link
    join pg_catalog.pg_rewrite as rule on rule.oid = link.objid and link.classid = 'pg_catalog.pg_rewrite'::regclass
    join pg_catalog.pg_class as reader on reader.oid = rule.ev_class
    join pg_catalog.pg_namespace as user_space on user_space.oid = reader.relnamespace
    join pg_catalog.pg_class as used on used.oid = link.refobjid and link.refclassid = 'pg_catalog.pg_class'::regclass
    join pg_catalog.pg_namespace as used_space on used_space.oid = used.relnamespace
    where used.oid <> reader.oid and used.relkind in ('r', 'v', 'm', 'p') and reader.relkind in ('v', 'm')
      and user_space.nspname <> 'information_schema' and user_space.nspname not like 'pg\_%'
    order by 1, 2, 3, 4
  {%- endcall %}
  {{ return(load_result('relations').table) }}
{%- endmacro %}

{% macro postgres_get_relations() -%}
  {{ return(postgres__get_relations()) }}
{%- endmacro %}

{# Rows (name, method, unique, column_names) of a relation's indexes. #}
{% macro postgres__get_show_indexes_sql(relation) -%}
  select index.relname as name, method.amname as method, held.indisunique as "unique",
    (select string_agg(col.attname, ',' order by key.position)
     from unnest(held.indkey::int2[]) with ordinality as key (number, position)
     join pg_catalog.pg_attribute as col on col.attrelid = held.indrelid and col.attnum = key.number) as column_names
  from pg_catalog.pg_index as held
  join pg_catalog.pg_class as index on index.oid = held.indexrelid
  join pg_catalog.pg_am as method on method.oid = index.relam
  join pg_catalog.pg_class as base on base.oid = held.indrelid
  join pg_catalog.pg_namespace as space on space.oid = base.relnamespace
  where space.nspname = {{ comment_literal(relation.schema) }} and base.relname = {{ comment_literal(relation.identifier) }}
{%- endmacro %}
