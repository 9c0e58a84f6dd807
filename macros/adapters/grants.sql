{# Who may do what with a relation, as `grants: {privilege: [grantees]}` says: what is missing is granted, what is too much revoked. #}

{% macro apply_grants(relation, grant_config, should_revoke=true) -%}
  {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{%- endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if not grant_config -%}{{ return('') }}{%- endif -%}
  {%- set missing, surplus = grant_config, {} -%}
  {%- if should_revoke -%}
    {%- set current = standardize_grants(run_query(get_show_grant_sql(relation))) -%}
    {%- set missing = grants_without(grant_config, current) -%}
    {%- set surplus = grants_without(current, grant_config) -%}
  {%- endif -%}
  {%- set statements = get_dcl_statement_list(relation, surplus, get_revoke_sql) + get_dcl_statement_list(relation, missing, get_grant_sql) -%}
  {%- if statements -%}
    {% do call_dcl_statements(statements) %}
  {%- endif -%}
{%- endmacro %}

{# Rows (grantee, privilege_type) as {privilege: [grantees]}. #}
{% macro standardize_grants(table) -%}
  {%- set grants = {} -%}
  {%- for row in table.rows -%}
    {%- set privilege = row[1] | lower -%}
    {%- if privilege not in grants -%}{% do grants.update({privilege: []}) %}{%- endif -%}
    {% do grants[privilege].append(row[0]) %}
  {%- endfor -%}
  {{ return(grants) }}
{%- endmacro %}

{# What `grants` has and `others` has not, whatever the case of names. #}
{% macro grants_without(grants, others) -%}
  {%- set known = [] -%}
  {%- for privilege, grantees in others.items() -%}
    {%- for grantee in ([grantees] if grantees is string else grantees or []) -%}
      {% do known.append(privilege | lower ~ ' ' ~ grantee_key(grantee)) %}
    {%- endfor -%}
  {%- endfor -%}
  {%- set left = {} -%}
  {%- for privilege, grantees in grants.items() -%}
    {%- for grantee in ([grantees] if grantees is string else grantees or []) -%}
      {%- if privilege | lower ~ ' ' ~ grantee_key(grantee) not in known -%}
        {%- if privilege not in left -%}{% do left.update({privilege: []}) %}{%- endif -%}
        {% do left[privilege].append(grantee) %}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(left) }}
{%- endmacro %}

{# A grantee in the form in which two spellings of one compare equal. #}
{% macro grantee_key(grantee) -%}
  {{ return(adapter.dispatch('grantee_key', 'dbt')(grantee)) }}
{%- endmacro %}

{% macro default__grantee_key(grantee) -%}
  {{ return(grantee | lower | replace('"', '')) }}
{%- endmacro %}

{# Rows (grantee, privilege_type): what others than the owner may do. #}
{% macro get_show_grant_sql(relation) -%}
  {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_show_grant_sql(relation) -%}
  show grants on {{ relation }}
{%- endmacro %}

{% macro get_grant_sql(relation, privilege, grantees) -%}
  {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{%- endmacro %}

{% macro default__get_grant_sql(relation, privilege, grantees) -%}
  grant {{ privilege }} on {{ relation }} to {{ grantees | join(', ') }}
{%- endmacro %}

{% macro get_revoke_sql(relation, privilege, grantees) -%}
  {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{%- endmacro %}

{% macro default__get_revoke_sql(relation, privilege, grantees) -%}
  revoke {{ privilege }} on {{ relation }} from {{ grantees | join(', ') }}
{%- endmacro %}

{% macro support_multiple_grantees_per_dcl_statement() -%}
  {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{%- endmacro %}

{% macro default__support_multiple_grantees_per_dcl_statement() -%}
  {{ return(true) }}
{%- endmacro %}

{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
  {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{%- endmacro %}

{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
  {%- set statements = [] -%}
  {%- for privilege, given in grant_config.items() -%}
    {%- set grantees = [given] if given is string else given or [] -%}
    {%- if grantees and support_multiple_grantees_per_dcl_statement() -%}
      {% do statements.append(get_dcl_macro(relation, privilege, grantees)) %}
    {%- else -%}
      {%- for grantee in grantees -%}{% do statements.append(get_dcl_macro(relation, privilege, [grantee])) %}{%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(statements) }}
{%- endmacro %}

{% macro call_dcl_statements(dcl_statement_list) -%}
  {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{%- endmacro %}

{% macro default__call_dcl_statements(dcl_statement_list) -%}
  {% call statement('grants', auto_begin=False) -%}
    {%- for sql in dcl_statement_list %}{{ sql | trim }};
    {% endfor -%}
  {%- endcall %}
{%- endmacro %}

{# Whether a relation built anew has the grants of the one before: by the config `copy_grants`. #}
{% macro copy_grants() -%}
  {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{%- endmacro %}

{% macro default__copy_grants() -%}
  {{ return(config.get('copy_grants') is true) }}
{%- endmacro %}

{# Grants can only be too many where the relation was there before and keeps them. #}
{% macro should_revoke(existing_relation, full_refresh_mode=true) -%}
  {%- if existing_relation is none -%}{{ return(false) }}{%- endif -%}
  {{ return(copy_grants() or not full_refresh_mode) }}
{%- endmacro %}

{# What to copy onto a relation that takes the place of `existing`: its grants without those that the config decides. #}
{% macro grants_to_copy(existing) -%}
  {{ return(adapter.dispatch('grants_to_copy', 'dbt')(existing)) }}
{%- endmacro %}

{% macro default__grants_to_copy(existing) -%}
  {%- if existing is none or not copy_grants() -%}{{ return({}) }}{%- endif -%}
  {%- set decided = (config.get('grants') or {}).keys() | map('lower') | list -%}
  {%- set kept = {} -%}
  {%- for privilege, grantees in standardize_grants(run_query(get_show_grant_sql(existing))).items() if privilege not in decided -%}
    {% do kept.update({privilege: grantees}) %}
  {%- endfor -%}
  {{ return(kept) }}
{%- endmacro %}
