{# Where the target runs no SQL, one query gives all rows that a snapshot writes: new ones, and those whose state ends as they are to be. They take
   the places of the rows with their dbt_scd_id. `stored` reads the table as it is. #}
{% macro stored_snapshot_sql(sql, stored) -%}
  {%- set existing = load_cached_relation(this) -%}
  {% do check_snapshot_config(existing) %}
  {%- set columns = snapshot_columns() -%}
  {%- set strategy = strategy_dispatch(config.get('strategy'))(model, 'snapshotted_data', 'source_data', config, existing is not none) -%}
  {%- if existing is none -%}{{ return(build_snapshot_table(strategy, sql)) }}{%- endif -%}
  {%- set known = adapter.get_columns_in_relation(stored) | map(attribute='name') | list -%}
  {%- set known_lower = known | map('lower') | list -%}
  {% do check_snapshot_columns(stored, strategy, columns, known_lower) %}
  {%- set added = [] -%}
  {%- set staged = [] -%}
  {%- for name in get_columns_in_query(sql) -%}
    {% do staged.append(name | lower) %}
    {%- if name | lower not in known_lower -%}{% do added.append(name) %}{%- endif -%}
  {%- endfor -%}
  {%- for key, name in columns.items() if key != 'dbt_is_deleted' or strategy.hard_deletes == 'new_record' -%}{% do staged.append(name | lower) %}{%- endfor -%}
  with dvt_staged as (
    {{ snapshot_staging_table(strategy, sql, stored) }}
  )
  select {% for name in known + added -%}
    {{ ('dvt_staged.' ~ adapter.quote(name)) if name | lower in staged else 'null' }} as {{ adapter.quote(name) }}{{ ', ' if not loop.last }}
  {%- endfor %}
  from dvt_staged where dvt_staged.dbt_change_type = 'insert'
  union all
  select {% for name in known + added -%}
    {{ 'null' if name in added else ('dvt_staged.' if name | lower == columns.dbt_valid_to | lower else 'dvt_kept.') ~ adapter.quote(name) }} as {{ adapter.quote(name) }}{{ ', ' if not loop.last }}
  {%- endfor %}
  from {{ stored }} as dvt_kept join dvt_staged on dvt_staged.{{ columns.dbt_scd_id }} = dvt_kept.{{ columns.dbt_scd_id }}
  where dvt_staged.dbt_change_type in ('update', 'delete') and {{ snapshot_is_current('dvt_kept.', columns) }}
{%- endmacro %}
