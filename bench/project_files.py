"""Writes a large project: sources, views on them, views that join those, tables and incremental models on top, long chains of views; 30
macros, property files with column tests. The same numbers give the same files."""
import random

TABLES = "select g::bigint as id, (g % 100)::int as amount, date '2021-01-01' as created_at from generate_series(1, 10) t(g)"


def write_project(folder, models, profile):
    pick = random.Random(models)
    sources = max(5, models // 10)
    files = {"dbt_project.yml": PROJECT, "profiles.yml": profile, "macros/tests.sql": POSITIVE}
    for m in range(30):
        files[f"macros/m{m}.sql"] = MACRO.format(m=m)
    files["models/staging/sources.yml"] = "sources:\n  - name: raw\n    schema: raw\n    tables:\n" + "".join(
        f"      - name: t{i}\n" + ("        columns: [{name: id, data_tests: [not_null]}]\n" if i % 4 == 0 else "") for i in range(sources))
    layers = {"staging": models // 5, "joined": models * 3 // 10, "marts": models * 2 // 5}
    layers["chain"] = models - sum(layers.values())
    names = {layer: [f"{layer}_{i}" for i in range(count)] for layer, count in layers.items()}
    for i, name in enumerate(names["staging"]):
        files[path_of("staging", i, name)] = STAGING.format(m=i % 30, table=i % sources)
    for i, name in enumerate(names["joined"]):
        parts = pick.sample(names["staging"], pick.randint(1, 3))
        union = "\nunion all\n".join(f"select id, {{{{ calc_{(i + j) % 30}('amount') }}}} as amount, created_at from {{{{ ref('{part}') }}}}"
                                     for j, part in enumerate(parts))
        files[path_of("joined", i, name)] = f"select id, max(amount) as amount, min(created_at) as created_at\nfrom (\n{union}\n) u group by id\n"
    for i, name in enumerate(names["marts"]):
        files[path_of("marts", i, name)] = mart(i, pick.sample(names["joined"], pick.randint(2, 6)))
    for i, name in enumerate(names["chain"]):
        below = f"chain_{i - 1}" if i % 25 else f"marts_{i % layers['marts']}"
        files[path_of("chain", i, name)] = CHAIN.format(m=i % 30, below=below)
    tested = 0
    for layer, layer_names in names.items():
        for begin in range(0, len(layer_names), 20):
            text = "models:\n"
            for name in layer_names[begin:begin + 20]:
                text += PROPERTIES.format(name=name)
                if tested % 5 == 0:
                    text += "        data_tests: [positive, {accepted_values: {arguments: {values: [1, 2]}, config: {severity: warn}}}]\n"
                tested += 1
            files[f"models/{layer}/properties_{begin // 20}.yml"] = text
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return ["drop schema if exists raw cascade", "create schema raw", *(f"create table raw.t{i} as {TABLES}" for i in range(sources))]


def path_of(layer, number, name):
    return f"models/{layer}/g{number // 50}/{name}.sql"


def mart(number, parts):
    config = ("{{ config(materialized='incremental', unique_key='id') }}\n" if number % 10 == 0 else
              f"{{{{ config(tags=['t{number % 5}']) }}}}\n" if number % 3 == 0 else "")
    text = f"{config}select a.id, a.amount, a.created_at from {{{{ ref('{parts[0]}') }}}} a\n"
    text += "".join(f"left join {{{{ ref('{part}') }}}} b{j} on a.id = b{j}.id\n" for j, part in enumerate(parts[1:]))
    if number % 10 == 0:
        text += "{% if is_incremental() %}where a.created_at > (select max(created_at) from {{ this }}){% endif %}\n"
    return text


PROJECT = """name: bench
version: '1.0'
profile: bench
vars: {start_date: '2020-01-01', mult: 3}
models:
  bench:
    staging: {+materialized: view, +tags: [stg]}
    joined: {+materialized: view}
    marts: {+materialized: table}
    chain: {+materialized: view}
flags: {send_anonymous_usage_stats: false}
"""
MACRO = """{{% macro calc_{m}(col, k={m}) %}}
  {{%- if var('mult', 1) > 2 -%}} ({{{{ col }}}} + {{{{ k }}}} * {{{{ var('mult') }}}}) {{%- else -%}} {{{{ col }}}} {{%- endif -%}}
{{% endmacro %}}
"""
POSITIVE = """{% test positive(model, column_name) %}
select * from {{ model }} where {{ column_name }} < 0
{% endtest %}
"""
STAGING = """with src as (
  select * from {{{{ source('raw', 't{table}') }}}}
)
select id, {{{{ calc_{m}('amount') }}}} as amount, cast(created_at as date) as created_at
from src
where created_at >= '{{{{ var('start_date') }}}}'
"""
CHAIN = """{{% for c in ['x', 'y'] %}}-- {{{{ c }}}}
{{% endfor %}}select id, {{{{ calc_{m}('amount') }}}} as amount, created_at from {{{{ ref('{below}') }}}}
"""
PROPERTIES = """  - name: {name}
    description: "Model {name} of the project that is measured"
    columns:
      - name: id
        description: key
        data_tests: [not_null, unique]
      - name: amount
        description: money
"""
