{# PostgreSQL. #}

{% macro postgres__table_kind() -%}
  {{ return('unlogged ' if config.get('unlogged') else '') }}
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

{# Keys are indexes, whose names a schema has once. #}
{% macro postgres__constraint_build_name(constraint) -%}
  {{ return('c_' ~ local_md5(constraint.name ~ invocation_id) if constraint.type in ['unique', 'primary_key'] else constraint.name) }}
{%- endmacro %}

{% macro postgres__settle_constraint_names(relation) -%}
  {%- for constraint in model.constraints if constraint.name and constraint.type in ['unique', 'primary_key'] -%}
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
