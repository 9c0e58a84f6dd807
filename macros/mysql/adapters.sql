{# MariaDB and MySQL: DDL ends transactions, so a swap is one RENAME TABLE and nothing is dropped inside a transaction. #}

{% macro mysql__contract_rules() -%}
  {{ return({'typed_nulls': false, 'modifiers': false, 'typed_queries': true}) }}
{%- endmacro %}

{# A REFERENCES of a column is read and forgotten: it becomes one of the table. #}
{% macro mysql__get_table_columns_and_constraints() -%}
  {%- set columns, keys = [], [] -%}
  {%- for column in model.columns.values() -%}
    {% do columns.append({'name': column.name, 'quote': column.quote, 'data_type': column.data_type,
                          'constraints': column.constraints | rejectattr('type', 'equalto', 'foreign_key') | list}) %}
    {%- for key in column.constraints if key.type == 'foreign_key' -%}
      {% do keys.append({'type': key.type, 'name': key.name, 'expression': key.expression, 'to': key.to, 'to_columns': key.to_columns,
                         'columns': [column.name]}) %}
    {%- endfor -%}
  {%- endfor -%}
  {%- set parts = adapter.render_raw_columns_constraints(raw_columns=columns)
                  + adapter.render_raw_model_constraints(raw_constraints=model.constraints + keys) -%}
  (
    {{ parts | join(',\n    ') }}
  )
{%- endmacro %}

{# Grants of a table are kept by its name: a new table of that name has them too. #}
{% macro mysql__grants_outlive_relations() -%}
  {{ return(true) }}
{%- endmacro %}

{% macro mysql__get_show_grant_sql(relation) -%}
  select grantee, lower(privilege_type) as privilege_type from information_schema.table_privileges
  where table_schema = {{ comment_literal(relation.schema) }} and table_name = {{ comment_literal(relation.identifier) }}
{%- endmacro %}

{# 'name'@'host'; a name alone is one at any host. #}
{% macro mysql__grantee_key(grantee) -%}
  {%- set plain = grantee | lower | replace("'", '') | replace('`', '') | replace('"', '') -%}
  {{ return(plain if '@' in plain else plain ~ '@%') }}
{%- endmacro %}

{% macro mysql__grantee(grantee) -%}
  {%- set parts = mysql__grantee_key(grantee).split('@') -%}
  {%- set name = grantee | replace("'", '') | replace('`', '') | replace('"', '') -%}
  {{ return("'" ~ name.split('@')[0] ~ "'@'" ~ parts[1] ~ "'") }}
{%- endmacro %}

{% macro mysql__get_grant_sql(relation, privilege, grantees) -%}
  {%- set names = [] -%}
  {%- for grantee in grantees -%}{% do names.append(mysql__grantee(grantee)) %}{%- endfor -%}
  grant {{ privilege }} on {{ relation }} to {{ names | join(', ') }}
{%- endmacro %}

{% macro mysql__get_revoke_sql(relation, privilege, grantees) -%}
  {%- set names = [] -%}
  {%- for grantee in grantees -%}{% do names.append(mysql__grantee(grantee)) %}{%- endfor -%}
  revoke {{ privilege }} on {{ relation }} from {{ names | join(', ') }}
{%- endmacro %}

{% macro mysql__comment_literal(text) -%}
  {{ return("'" ~ text | replace('\\', '\\\\') | replace("'", "''") ~ "'") }}
{%- endmacro %}

{# Views have no comments, nor have their columns. #}
{% macro mysql__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- if relation.type != 'view' -%}
    {{ return(default__persist_docs(relation, model, for_relation, for_columns)) }}
  {%- endif -%}
  {%- if config.persist_relation_docs() or config.persist_column_docs() -%}
    {% do adapter.note('PersistDocsNotSupported', 'persist_docs does nothing here: views of this system have no comments') %}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__alter_relation_comment(relation, relation_comment) -%}
  alter table {{ relation }} comment = {{ comment_literal(relation_comment) }}
{%- endmacro %}

{# A comment is part of a column's definition, which has to be said again. #}
{% macro mysql__alter_column_comment(relation, column_dict) -%}
  {%- set parts = [] -%}
  {%- set definition = run_query('show create table ' ~ relation).rows[0][1] -%}
  {%- for line in definition.split('\n') -%}
    {%- set text = (line | trim)[:-1] if (line | trim).endswith(',') else line | trim -%}
    {%- for name, column in column_dict.items() if text.startswith(adapter.quote(name) ~ ' ') -%}
      {% do parts.append('modify column ' ~ text.split(" COMMENT '")[0] ~ ' comment ' ~ comment_literal(column.description)) %}
    {%- endfor -%}
  {%- endfor -%}
  {%- if parts -%}
  alter table {{ relation }} {{ parts | join(', ') }}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__get_create_index_sql(relation, index_dict) -%}
  {%- set index = checked_index(index_dict, ['columns', 'unique', 'type']) -%}
  create {{ 'unique ' if index.unique }}index {{ adapter.quote(index_name(relation, index)) }} on {{ relation }} ({{ get_quoted_csv(index.columns) }})
  {{- ' using ' ~ index.type if index.type }}
{%- endmacro %}

{% macro mysql__alter_column_type(relation, column_name, new_column_type) -%}
  {% call statement('alter_column_type', auto_begin=False) -%}
    alter table {{ relation }} modify column {{ adapter.quote(column_name) }} {{ new_column_type }}
  {%- endcall %}
{%- endmacro %}

{% macro mysql__event_time_predicate(field, start, end, elsewhere) -%}
  {{ field }} >= timestamp'{{ start }}' and {{ field }} < timestamp'{{ end }}'
{%- endmacro %}

{% macro mysql__get_drop_sql(relation) -%}
  drop {{ 'view' if relation.type == 'view' else 'table' }} if exists {{ relation }}
{%- endmacro %}

{% macro mysql__get_rename_sql(relation, new_name) -%}
  rename table {{ relation }} to {{ relation.incorporate(path={'identifier': new_name}) }}
{%- endmacro %}

{% macro mysql__swap_relation(intermediate, existing, target_relation) -%}
  {%- if existing is none -%}
    {% do adapter.rename_relation(intermediate, target_relation) %}
  {%- else -%}
    {%- set backup = make_backup_relation(target_relation, existing.type) -%}
    {% call statement('swap', auto_begin=False) -%}
      rename table {{ existing }} to {{ backup }}, {{ intermediate }} to {{ target_relation }}
    {%- endcall %}
    {% do adapter.cache_renamed(existing, backup) %}
    {% do adapter.cache_renamed(intermediate, target_relation) %}
    {% do adapter.drop_relation(backup) %}
  {%- endif -%}
{%- endmacro %}

{% macro mysql__replace_view(target_relation, existing, sql) -%}
  {%- if existing is not none and not existing.is_view -%}
    {% do adapter.drop_relation(existing) %}
  {%- endif -%}
  {% call statement('main', auto_begin=False) -%}
    {{ config.get('sql_header') or '' }}
    create or replace view {{ target_relation }} as
    {{ sql }}
  {%- endcall %}
{%- endmacro %}

{% macro mysql__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if keys -%}
  delete DBT_INTERNAL_DEST from {{ target }} as DBT_INTERNAL_DEST
  join (select distinct {{ keys | join(', ') }} from {{ source }}) as DBT_INTERNAL_SOURCE
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %}{{ ' where ' if loop.first else ' and ' }}{{ predicate }}{% endfor %};
  {% endif -%}
  {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro mysql__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_key_columns(unique_key) -%}
  {%- if not keys -%}
    {{ return(get_insert_into_sql(target, source, dest_columns)) }}
  {%- endif -%}
  {%- set updated = merge_update_columns(dest_columns, unique_key) -%}
  {%- set names = dest_columns | map(attribute='name') | list -%}
  {%- if updated -%}
  {#- A derived table with a limit is kept as it is, with an index of the server's own on the keys; so neither table needs one. -#}
  update {{ target }} as DBT_INTERNAL_DEST
  join (select * from {{ source }} limit 18446744073709551615) as DBT_INTERNAL_SOURCE
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
  set {% for name in updated -%} DBT_INTERNAL_DEST.{{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{%- endfor %};
  {% endif -%}
  {#- MariaDB joins by hashes only if it is told to; MySQL takes that for a comment and does so by itself. -#}
  /*M!100108 set statement join_cache_level = 4 for */ insert into {{ target }} ({{ get_quoted_csv(names) }})
  select {% for name in names %}DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
  from {{ source }} as DBT_INTERNAL_SOURCE
  left join {{ target }} as DBT_INTERNAL_DEST
    on {% for key in keys -%} DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{{ ' and ' if not loop.last }}{%- endfor %}
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %}
  where DBT_INTERNAL_DEST.{{ keys[0] }} is null
{%- endmacro %}

{% macro mysql__get_delete_gone_rows_sql(target, gone, keys) -%}
  delete DBT_INTERNAL_DEST from {{ target }} as DBT_INTERNAL_DEST
  join {{ gone }} as DBT_INTERNAL_GONE
    on {% for key in keys -%} DBT_INTERNAL_GONE.{{ adapter.quote(key) }} = DBT_INTERNAL_DEST.{{ adapter.quote(key) }}{{ ' and ' if not loop.last }}{%- endfor %}
{%- endmacro %}

{% macro mysql__drop_staging_relation(staging, moved) -%}
  {%- if not moved -%}
    {% call statement('drop_temporary', auto_begin=False) -%}
      drop temporary table if exists {{ staging }}
    {%- endcall %}
  {%- endif -%}
{%- endmacro %}

{# The rows are in: a lost connection must not fail the model any more. #}
{% macro mysql__drop_staging_after_commit(staging, moved) -%}
  {%- if moved -%}
    {% do adapter.drop_left_over(staging) %}
  {%- endif -%}
{%- endmacro %}

{# Names of locks have 64 characters at most. #}
{% macro mysql__claim_temporary_name(name) -%}
  {% do value_of_query("select get_lock('dvt " ~ local_md5(name) ~ "', 0)") %}
{%- endmacro %}

{% macro mysql__is_claimed(name) -%}
  {%- set lock = "'dvt " ~ local_md5(name) ~ "'" -%}
  {{ return(value_of_query('select case when get_lock(' ~ lock ~ ', 1) = 1 then release_lock(' ~ lock ~ ') else 0 end') | int == 0) }}
{%- endmacro %}
