{# PostgreSQL. #}

{% macro postgres__table_kind() -%}
  {{ return('unlogged ' if config.get('unlogged') else '') }}
{%- endmacro %}

{# The view is made beside the old relation and takes its name, all in one transaction. #}
{% macro postgres__replace_view(target_relation, existing, sql) -%}
  {%- set beside = target_relation.incorporate(path={'identifier': target_relation.identifier[:52] ~ '__dbt_tmp'}) -%}
  {% call statement('drop_beside', auto_begin=False) -%}drop view if exists {{ beside }} cascade{%- endcall %}
  {% call statement('main', auto_begin=False) -%}
    {{ get_create_view_as_sql(beside, sql) }}
  {%- endcall %}
  {% do drop_relation_if_exists(existing) %}
  {% call statement('rename', auto_begin=False) -%}alter view {{ beside }} rename to {{ adapter.quote(target_relation.identifier) }}{%- endcall %}
{%- endmacro %}

{# `type_names`: what drivers of other languages call these types. #}
{% macro postgres__contract_rules() -%}
  {{ return({'typed_nulls': true, 'modifiers': false, 'typed_queries': true, 'type_names': {
    'timestamp with time zone': 'DATETIMETZ', 'timestamp without time zone': 'DATETIME', 'numeric': 'DECIMAL',
    'text[]': 'STRINGARRAY', 'integer[]': 'INTEGERARRAY'}}) }}
{%- endmacro %}

{# Also of materialized views, which the information schema leaves out. #}
{% macro postgres__get_show_grant_sql(relation) -%}
  select coalesce(grantee.rolname, 'public') as grantee, lower(acl.privilege_type) as privilege_type
  from pg_catalog.pg_class as class
  join pg_catalog.pg_namespace as space on space.oid = class.relnamespace
  cross join lateral pg_catalog.aclexplode(class.relacl) as acl
  left join pg_catalog.pg_roles as grantee on grantee.oid = acl.grantee
  where space.nspname = '{{ relation.schema | replace("'", "''") }}' and class.relname = '{{ relation.identifier | replace("'", "''") }}'
    and acl.grantee <> class.relowner and acl.grantor = current_user::regrole
{%- endmacro %}

{# A schema is named without its database. #}
{% macro postgres__create_schema(relation) -%}
  {% call statement('create_schema', auto_begin=False) -%}
    create schema if not exists {{ relation.without_identifier().include(database=false) }}
  {%- endcall %}
{%- endmacro %}

{% macro postgres__drop_schema(relation) -%}
  {% call statement('drop_schema', auto_begin=False) -%}
    drop schema if exists {{ relation.without_identifier().include(database=false) }} cascade
  {%- endcall %}
{%- endmacro %}

{# Keys are indexes, whose names a schema has once: while the relation before stands, they have others. #}
{% macro postgres__constraint_build_name(constraint) -%}
  {%- if 'keys_renamed' not in model -%}
    {% do model.update({'keys_renamed': load_cached_relation(this) is not none}) %}
  {%- endif -%}
  {%- if not model.keys_renamed or constraint.type not in ['unique', 'primary_key'] -%}{{ return(constraint.name) }}{%- endif -%}
  {{ return('c_' ~ local_md5(constraint.name ~ invocation_id)) }}
{%- endmacro %}

{% macro postgres__settle_constraint_names(relation) -%}
  {%- for constraint in model.constraints if constraint.name and model.keys_renamed and constraint.type in ['unique', 'primary_key'] -%}
    {% call statement('rename_constraint', auto_begin=False) -%}
      alter table {{ relation }} rename constraint {{ postgres__constraint_build_name(constraint) }} to {{ constraint.name }}
    {%- endcall %}
  {%- endfor -%}
{%- endmacro %}

{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = checked_index(index_dict, ['columns', 'unique', 'type']) -%}
  create {{ 'unique ' if index.unique }}index if not exists {{ adapter.quote(index_name(relation, index)) }} on {{ relation }}
  {{- ' using ' ~ index.type if index.type }} ({{ get_quoted_csv(index.columns) }})
{%- endmacro %}

{% macro postgres__claim_temporary_name(name) -%}
  {% do value_of_query("select pg_catalog.pg_try_advisory_lock_shared(pg_catalog.hashtextextended('" ~ name | replace("'", "''") ~ "', 0))") %}
{%- endmacro %}

{% macro postgres__is_claimed(name) -%}
  {%- set key = "pg_catalog.hashtextextended('" ~ name | replace("'", "''") ~ "', 0)" -%}
  {%- for _ in range(6) -%}
    {%- set free = value_of_query('select case when pg_catalog.pg_try_advisory_lock(' ~ key ~ ') then pg_catalog.pg_advisory_unlock(' ~ key ~ ') else false end') -%}
    {%- if free -%}
      {{ return(false) }}
    {%- endif -%}
    {% do value_of_query('select pg_catalog.pg_sleep(0.2)::text') %}
  {%- endfor -%}
  {{ return(true) }}
{%- endmacro %}

{% macro postgres__wait_for_other_runs(relation) -%}
  {% do value_of_query("select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('" ~ (relation | string | replace("'", "''")) ~ "', 1))::text") %}
{%- endmacro %}
