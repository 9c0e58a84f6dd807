{# Models whose rows are a file, with a view that reads it; sources that are files. Their config:
   location (else external_root of the profile, the model's name and the format), format, delimiter, options of COPY. #}

{% macro external_format(config) -%}
  {%- set location = config.get('location') or '' -%}
  {%- set ending = location.split('.')[-1] | lower if '.' in location.split('/')[-1] else '' -%}
  {%- set chosen = config.get('format') or (config.get('options') or {}).get('format') or (ending if ending in ['parquet', 'csv', 'json'] else 'parquet') -%}
  {{ return(chosen | lower) }}
{%- endmacro %}

{# Files below a folder, if the rows are dealt by columns. #}
{% macro external_is_folder(config) -%}
  {%- set options = config.get('options') or {} -%}
  {{ return((options.get('partition_by') or options.get('PARTITION_BY') or options.get('per_thread_output')) and true or false) }}
{%- endmacro %}

{% macro external_location(relation, config) -%}
  {%- if config.get('location') -%}{{ return(render(config.get('location'))) }}{%- endif -%}
  {%- set stem = adapter.external_root() ~ '/' ~ relation.identifier -%}
  {{ return(stem if external_is_folder(config) else stem ~ '.' ~ external_format(config)) }}
{%- endmacro %}

{# What COPY is told, as text. #}
{% macro render_write_options(config) -%}
  {%- set format = external_format(config) -%}
  {%- set given = {} -%}
  {%- for key, value in (config.get('options') or {}).items() -%}{% do given.update({key | lower: value}) %}{%- endfor -%}
  {%- if 'format' not in given -%}{% do given.update({'format': format}) %}{%- endif -%}
  {%- if format == 'csv' and config.get('delimiter') and 'delimiter' not in given -%}{% do given.update({'delimiter': "'" ~ config.get('delimiter') ~ "'"}) %}{%- endif -%}
  {%- if format == 'csv' and 'header' not in given -%}{% do given.update({'header': 1}) %}{%- endif -%}
  {%- set parts = [] -%}
  {%- for key, value in given.items() -%}
    {%- set text = (value | join(', ')) if value is iterable and value is not string else value -%}
    {% do parts.append(key ~ ' ' ~ ('(' ~ text ~ ')' if key == 'partition_by' and '(' not in text | string else text)) %}
  {%- endfor -%}
  {{ return(parts | join(', ')) }}
{%- endmacro %}

{% macro write_to_file(relation, location, options) -%}
  {% call statement('main', auto_begin=False) -%}
    copy {{ relation }} to {{ comment_literal(location) }} ({{ options }})
  {%- endcall %}
{%- endmacro %}

{# Whether there is such a file, or a folder with files. #}
{% macro location_exists(location) -%}
  {%- set found = run_query("select count(*) from glob(" ~ comment_literal(location) ~ ")") -%}
  {{ return(found.rows[0][0] > 0) }}
{%- endmacro %}

{# The text that a query reads the rows by. #}
{% macro external_read_text(location, config) -%}
  {%- set format = external_format(config) -%}
  {%- set place = location ~ '/**/*.' ~ format if external_is_folder(config) else location -%}
  {%- set reading = config.get(format ~ '_read_options') or {} -%}
  {%- set parts = [comment_literal(place)] -%}
  {%- if format == 'csv' and config.get('delimiter') and 'delim' not in reading -%}{% do parts.append('delim = ' ~ comment_literal(config.get('delimiter'))) %}{%- endif -%}
  {%- if external_is_folder(config) and 'hive_partitioning' not in reading and format != 'json' -%}{% do parts.append('hive_partitioning = true') %}{%- endif -%}
  {%- for key, value in reading.items() -%}{% do parts.append(key ~ ' = ' ~ value) %}{%- endfor -%}
  {{ return(('read_json_auto(' if format == 'json' else 'read_' ~ format ~ '(') ~ parts | join(', ') ~ ')') }}
{%- endmacro %}

{# A source with `external_location`: a file, or a call such as read_csv('…'). {name}, {identifier} and {schema} stand for its own. #}
{% macro duckdb__external_source(location, names) -%}
  {%- set told = namespace(text=location) -%}
  {%- for key, value in names.items() -%}{%- set told.text = told.text | replace('{' ~ key ~ '}', value) -%}{%- endfor -%}
  {{ return(told.text if told.text.endswith(')') else comment_literal(told.text)) }}
{%- endmacro %}

{% materialization external, adapter='duckdb' -%}
  {%- set format = external_format(config) -%}
  {%- if format not in ['parquet', 'csv', 'json'] -%}
    {% do exceptions.raise_compiler_error("format '" ~ format ~ "' of '" ~ model.name ~ "' is unknown: use parquet, csv or json") %}
  {%- endif -%}
  {%- if config.get('plugin') or config.get('glue_register') -%}
    {% do exceptions.raise_compiler_error("'" ~ model.name ~ "' sets plugin or glue_register, which only dbt-duckdb's own Python code serves: leave them out") %}
  {%- endif -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set location = external_location(this, config) -%}
  {%- set staging = make_intermediate_relation(target_relation) -%}
  {% do drop_stale_relations(target_relation) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {%- if adapter.moves_data() -%}
    {% do adapter.create_table_for_transfer(staging) %}
    {% do adapter.transfer(staging) %}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- else -%}
    {% do adapter.begin() %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('stage', auto_begin=False) -%}
      {{ get_create_table_as_sql(False, staging, sql) }}
    {%- endcall %}
    {% do adapter.cache_added(staging) %}
  {%- endif -%}
  {% do write_to_file(staging, location, render_write_options(config)) %}
  {% do adapter.drop_relation(staging) %}
  {%- if existing is not none -%}{% do adapter.drop_relation(existing) %}{%- endif -%}
  {% call statement('view', auto_begin=False) -%}
    create view {{ target_relation }} as select * from {{ external_read_text(location, config) }}
  {%- endcall %}
  {% do adapter.cache_added(target_relation) %}
  {% do finish_relation(target_relation) %}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
