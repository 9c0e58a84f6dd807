"""Cases of the suite `lake` with whole projects: tables of the catalog as sources and targets of models."""
import datetime
import decimal
import json
import os
import re

import pyarrow

from cases import equal, everything

PROFILE = """
shop:
  target: lake
  outputs:
    lake: {{type: iceberg, uri: "{uri}", credential: "{{{{ env_var('DVT_LAKE_CREDENTIAL') }}}}", schema: {space}}}
    duck: {{type: duckdb, path: shop.duckdb, schema: main}}
    pg:
      type: postgres
      host: 127.0.0.1
      port: "{{{{ env_var('PG_PORT') | int }}}}"
      user: "{{{{ env_var('PG_USER') }}}}"
      password: "{{{{ env_var('DBT_ENV_SECRET_PASSWORD') }}}}"
      dbname: "{{{{ env_var('PG_DATABASE') }}}}"
      schema: public
"""


class Project:
    """A dbt project on the catalog and its neighbours."""

    def __init__(self, lake, name):
        self.lake, self.folder = lake, lake.scratch / f"project_{name}"
        self.space = f"{lake.space}_{name}"
        (self.folder / "models").mkdir(parents=True, exist_ok=True)
        self.write("dbt_project.yml", "name: shop\nprofile: shop\nversion: '1'\n")
        self.write("profiles.yml", PROFILE.format(uri=lake.uri, space=self.space))
        servers = lake.context.servers
        self.environment = {**lake.environment, "PG_PORT": servers["postgres_port"], "PG_USER": "dvt",
                            "PG_DATABASE": "postgres", "DBT_ENV_SECRET_PASSWORD": servers["password"]}

    def write(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def dvt(self, *arguments, fails=None):
        outcome = self.lake.context.run([self.lake.context.program, *arguments, "--project-dir", self.folder, "--profiles-dir", self.folder],
                                        environment=self.environment, timeout=120)
        if (outcome.code != 0) != (fails is not None) or (fails and not re.search(fails, outcome.output)):
            raise AssertionError(f"dvt {' '.join(map(str, arguments))}: exit {outcome.code}, expected {fails or 'success'}\n{outcome.output}")
        return outcome.output

    def table(self, name):
        return self.lake.peer(f"{self.space}.{name}")

    def rows(self, name, *columns):
        data = self.table(name).scan(selected_fields=columns or ("*",)).to_arrow()
        return sorted(tuple(row[key] for key in (columns or data.column_names)) for row in data.to_pylist())

    def snapshots(self, name):
        return [snapshot.summary.operation.value for snapshot in self.table(name).metadata.snapshots]

    def duck(self, *statements):
        import duckdb

        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            for statement in statements:
                rows = connection.execute(statement).fetchall()
        return rows


SOURCES = """
version: 2
sources:
  - {name: raw, connection: duck, schema: main, tables: [{name: orders, config: {event_time: placed}}]}
  - {name: lake, connection: lake, schema: %s, tables: [{name: customers}, {name: events}]}
  - {name: crm, connection: pg, schema: %s, tables: [{name: people}]}
"""


def orders_sql(first, last):
    return (f"insert into orders select i, i % 7, (i * 1.25)::decimal(10,2), timestamp '2024-01-01' + interval (i) hour, "
            f"case when i % 5 = 0 then null else 'note ' || i end from range({first}, {last}) t(i)")


def tables_and_layout(lake):
    project = Project(lake, "tables")
    project.duck("create or replace table orders (id bigint, customer integer, amount decimal(10,2), placed timestamp, note text)", orders_sql(0, 100))
    project.write("models/sources.yml", SOURCES % (project.space, "public"))
    project.write("models/orders.sql", "{{ config(partition_by=['day(placed)', 'bucket(4, customer)'], sorted_by='id desc', "
                  "table_properties={'owner': 'shop'}) }}\nselect * from {{ source('raw', 'orders') }} where {{ var('which', 'true') }}")
    project.write("models/totals.sql", "select customer, sum(amount) as amount, count(note) as notes from {{ ref('orders') }} group by customer")
    project.write("models/one.sql", "select 1 as id, date '2024-02-29' as day")
    project.write("models/schema.yml", "version: 2\nmodels:\n  - name: orders\n    columns:\n      - name: id\n        tests: [unique, not_null]\n"
                  "      - name: note\n        tests: [{not_null: {config: {severity: warn}}}]\n")
    project.dvt("build")
    orders = project.table("orders")
    equal([str(field.transform) for field in orders.spec().fields], ["day", "bucket[4]"])
    equal([(field.source_id, field.direction.value) for field in orders.sort_order().fields], [(1, "desc")])
    equal(orders.properties["owner"], "shop")
    equal(project.snapshots("orders"), ["append"])
    equal(project.rows("one"), [(1, datetime.date(2024, 2, 29))])
    totals = project.rows("totals", "customer", "amount", "notes")
    equal((len(totals), sum(row[1] for row in totals), sum(row[2] for row in totals)), (7, decimal.Decimal("6187.50"), 80))
    # Rebuilt: one more snapshot, other columns and another layout with it.
    project.write("models/orders.sql", "{{ config(partition_by='month(placed)') }}\nselect id, amount::double as amount, placed, id % 2 = 0 as even "
                  "from {{ source('raw', 'orders') }} where {{ var('which', 'true') }}")
    project.dvt("run", "--select", "orders")
    orders = project.table("orders")
    equal(project.snapshots("orders"), ["append", "overwrite"])
    equal(orders.schema().column_names, ["id", "amount", "placed", "even"])
    equal(orders.schema().find_field("id").field_id, 1)
    equal([str(field.transform) for field in orders.spec().fields], ["month"])
    equal(orders.sort_order().is_unsorted, True)
    equal(project.rows("orders", "id", "even"), [(i, i % 2 == 0) for i in range(100)])
    equal(len(orders.scan(snapshot_id=orders.metadata.snapshots[0].snapshot_id).to_arrow()), 100)
    # A failing run leaves all as it was; a new table that fails never appears.
    project.write("models/fresh.sql", "select id, cast(case when id = 99 then 'x' else '1' end as integer) as n from {{ source('raw', 'orders') }}")
    project.dvt("run", "--select", "fresh", fails="fresh")
    equal([name[-1] for name in lake.peer_catalog.list_tables(project.space)].count("fresh"), 0)
    project.dvt("run", "--select", "orders", "--vars", "{which: \"cast(note as integer) > 0\"}", fails="orders")
    equal(project.snapshots("orders"), ["append", "overwrite"])
    lake.no_litter(f"{project.space}.orders")
    # No rows: an empty table, not the old one.
    project.dvt("run", "--select", "orders", "--vars", "{which: 'false'}")
    equal(project.rows("orders"), [])


def incremental(lake):
    project = Project(lake, "incremental")
    project.duck("create or replace table orders (id bigint, customer integer, amount decimal(10,2), placed timestamp, note text)", orders_sql(0, 48))
    project.write("models/sources.yml", SOURCES % (project.space, "public"))
    body = ("select {columns} from {{{{ source('raw', 'orders') }}}}\n"
            "{{% if is_incremental() %}} where placed > (select max(placed) - interval 2 hour from {{{{ this }}}}) {{% endif %}}")
    plain = body.format(columns="id, customer, amount, placed, note")
    project.write("models/added.sql", "{{ config(materialized='incremental') }}\n" + plain)
    project.write("models/merged.sql", "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}\n" + plain)
    project.write("models/replaced.sql", "{{ config(materialized='incremental', unique_key=['customer']) }}\n" + plain)
    project.write("models/days.sql", "{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by='day(placed)') }}\n" + plain)
    project.write("models/batches.sql", "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='placed', batch_size='day', "
                  "begin='2024-01-01') }}\nselect id, placed from {{ source('raw', 'orders') }}")
    end = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-05"]
    project.dvt("run", "--exclude", "batches")
    project.dvt("run", "--select", "batches", *end)
    for name in ("added", "merged", "replaced", "days"):
        equal(len(project.rows(name, "id")), 48, name)
    equal(project.rows("batches", "id"), [(i,) for i in range(48)])
    project.duck("update orders set amount = -1 where id >= 46", orders_sql(48, 60))
    project.dvt("run", "--exclude", "batches")
    project.dvt("run", "--select", "batches", *end)
    equal(project.rows("batches", "id"), [(i,) for i in range(60)])
    equal(len(project.rows("added", "id")), 48 + 14)
    merged = project.rows("merged", "id", "amount")
    equal([row[0] for row in merged], list(range(60)))
    equal([row[0] for row in merged if row[1] < 0], [46, 47])
    equal(sorted({row[0] for row in project.rows("replaced", "customer")}), list(range(7)))
    equal(len(project.rows("replaced", "id")), 14)  # every customer has new rows, so that the old ones went
    days = project.rows("days", "id")
    equal(days, [(i,) for i in range(24)] + [(i,) for i in range(46, 60)])  # the second day had rows 46 and 47 among the new ones
    equal(project.snapshots("merged")[0], "append")
    # Columns come and go by the policy.
    project.duck(orders_sql(60, 62))
    more = body.format(columns="id, amount, placed, id * 2 as twice")
    for policy, fails in (("ignore", "no longer has the columns"), ("fail", "added twice; removed customer, note"), ("append_new_columns", None), ("sync_all_columns", None)):
        project.write("models/merged.sql", "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', on_schema_change='" + policy + "') }}\n" + more)
        project.dvt("run", "--select", "merged", fails=fails)
        if policy == "append_new_columns":
            equal(project.table("merged").schema().column_names, ["id", "customer", "amount", "placed", "note", "twice"])
    equal(project.table("merged").schema().column_names, ["id", "amount", "placed", "twice"])
    equal(project.rows("merged", "id", "twice")[-1], (61, 122))
    # A doubled key cannot be merged, and nothing is written.
    before = project.snapshots("merged")
    project.write("models/merged.sql", "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}\n"
                  "select id, amount, placed, id as twice from {{ source('raw', 'orders') }} union all select 1, {{ var('amount', 2) }}, null, 3")
    project.dvt("run", "--select", "merged", fails="key more than once")
    project.dvt("run", "--select", "merged", "--vars", "{amount: 12345678901}", fails="amount")
    equal(project.snapshots("merged"), before)
    lake.no_litter(f"{project.space}.merged")
    project.write("models/merged.sql", "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', merge_update_columns=['placed']) }}\nselect 1 as id")
    project.dvt("run", "--select", "merged", fails="merge_update_columns")
    project.write("models/merged.sql", "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}\nselect 7 as id, 'only' as name")
    project.dvt("run", "--select", "merged", "--full-refresh")
    equal(project.rows("merged"), [(7, "only")])


def joined_with_postgres(lake):
    project = Project(lake, "joined")
    schema = f"lake_{os.getpid()}"
    people = lake.context.databases.postgres()
    with people.cursor() as cursor:
        cursor.execute(f"drop schema if exists {schema} cascade; create schema {schema}; create table {schema}.people (id integer primary key, name text, city text);"
                       f"insert into {schema}.people select i, 'p' || i, case i % 2 when 0 then 'Ulm' else 'Bonn' end from generate_series(1, 500) i")
    try:
        lake.peer_catalog.create_namespace(project.space)
        rows = pyarrow.table({"person": pyarrow.array([i % 500 + 1 for i in range(4000)], pyarrow.int64()), "value": pyarrow.array([i / 4 for i in range(4000)], pyarrow.float64()),
                              "at": pyarrow.array([datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=i // 40) for i in range(4000)], pyarrow.timestamp("us"))})
        events = f"{project.space}.events"
        lake.dvt("append", events, lake.write(rows), "--create", "--partition-by", "day(at)")
        project.write("models/sources.yml", SOURCES % (project.space, schema))
        project.write("models/activity.sql", """{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['city', 'day'], partition_by='month(day)') }}
select p.city, cast(e.at as date) as day, count(*) as events, sum(e.value) as value
from {{ source('lake', 'events') }} as e join {{ source('crm', 'people') }} as p on p.id = e.person
{% if is_incremental() %} where e.at >= timestamp '2024-01-05' {% endif %}
group by p.city, cast(e.at as date)""")
        project.dvt("run")
        first = project.rows("activity", "city", "day", "events", "value")
        equal((len(first), sum(row[2] for row in first), sum(row[3] for row in first)), (10, 4000, sum(i / 4 for i in range(4000))))
        more = pyarrow.table({"person": pyarrow.array([2, 3, 3], pyarrow.int64()), "value": [1.0, 2.0, 4.0],
                              "at": pyarrow.array([datetime.datetime(2024, 1, 5, 23), datetime.datetime(2024, 1, 9), datetime.datetime(2024, 1, 9)], pyarrow.timestamp("us"))})
        lake.dvt("append", events, lake.write(more))
        project.dvt("run")
        second = project.rows("activity", "city", "day", "events", "value")
        equal([row for row in second if row not in first],
              [("Bonn", datetime.date(2024, 1, 9), 2, 6.0)] + [(c, d, n + 1, v + 1.0) for c, d, n, v in first if (c, d) == ("Ulm", datetime.date(2024, 1, 5))])
        equal(len(second), 11)
        # The filter went to the files of the partitions that it is about.
        ran = json.loads((project.folder / "target" / "run_results.json").read_text())["results"][0]["adapter_response"]["dvt_transfers"]
        paths = [flow["path"] for flow in ran if flow["connection"] == "lake" and flow["role"] == "extract"]
        equal(paths, ["Iceberg scan, 3 of 7 files"])
    finally:
        with people.cursor() as cursor:
            cursor.execute(f"drop schema {schema} cascade")


def descriptions(lake):
    """persist_docs: what people wrote of tables and columns is kept with them, in the commit of the rows, and nothing is committed for what is the same."""
    project = Project(lake, "described")
    properties = """version: 2
models:
  - name: NAME
    description: "All %s of the shop, it's said"
    config: {persist_docs: {relation: true, columns: true}}
    columns:
      - {name: id, description: "the %s's number"}
      - {name: place, description: where}
      - {name: place.city, description: its town}
      - {name: nowhere, description: no such column}
      - {name: amount}
seeds:
  - name: rates
    description: exchange rates
    config: {persist_docs: {relation: true, columns: true}}
    columns: [{name: CODE, description: a currency}]
"""
    lake.peer_catalog.create_namespace(project.space)
    place = pyarrow.struct([("city", pyarrow.string()), ("zip", pyarrow.int32())])
    raw = pyarrow.table({"id": pyarrow.array([1, 2], pyarrow.int64()), "amount": [1.5, 2.5], "place": pyarrow.array([{"city": "Ulm", "zip": 1}, {"city": "Bonn", "zip": 2}], place)})
    lake.dvt("append", f"{project.space}.events", lake.write(raw), "--create")
    project.write("models/sources.yml", "version: 2\nsources:\n  - {name: lake, connection: lake, schema: %s, tables: [{name: events}]}\n" % project.space)
    project.write("seeds/rates.csv", "code,rate\nEUR,1.0\n")
    docs = lambda name: ({field.name: field.doc for field in project.table(name).schema().fields}, project.table(name).properties.get("comment"))
    for name, config in (("orders", "materialized='table'"), ("added", "materialized='incremental', incremental_strategy='append'"), ("merged", "materialized='incremental', incremental_strategy='merge', unique_key='id'")):
        project.write(f"models/{name}.yml", properties.replace("NAME", name).partition("seeds:")[0] % (name, name))
        project.write(f"models/{name}.sql", "{{ config(" + config + ") }}\nselect * from {{ source('lake', 'events') }} where {{ var('which', 'true') }}")
    project.write("seeds/rates.yml", "version: 2\nseeds:" + properties.partition("seeds:")[2])
    project.dvt("seed")
    equal(docs("rates"), ({"code": "a currency", "rate": None}, "exchange rates"))
    project.dvt("run")
    for name in ("orders", "added", "merged"):
        equal(docs(name), ({"id": f"the {name}'s number", "amount": None, "place": "where"}, f"All {name} of the shop, it's said"))
        nested = project.table(name).schema().find_field("place").field_type.fields
        equal([(field.name, field.doc) for field in nested], [("city", "its town"), ("zip", None)])
        equal(project.snapshots(name), ["append"])
    # Nothing new, nothing committed; another text is one commit, with rows or without.
    before = {name: project.table(name).metadata_location for name in ("added", "merged")}
    project.dvt("run", "--select", "added", "merged", "--vars", "{which: 'false'}")
    equal({name: project.table(name).metadata_location for name in before}, before)
    for name in ("orders", "added", "merged"):
        project.write(f"models/{name}.yml", properties.replace("NAME", name).partition("seeds:")[0] % ("rows", "row"))
    for which in ("false", "true"):
        project.dvt("run", "--vars", "{which: '%s'}" % which)
        for name in ("orders", "added", "merged"):
            equal(docs(name), ({"id": "the row's number", "amount": None, "place": "where"}, "All rows of the shop, it's said"), f"{name}, {which}")
    equal({name: len(project.snapshots(name)) for name in ("orders", "added", "merged")}, {"orders": 3, "added": 3, "merged": 3})
    equal(len(project.rows("added", "id")), 4)
    project.dvt("docs", "generate")
    catalog = json.loads((project.folder / "target" / "catalog.json").read_text())["nodes"]["model.shop.orders"]
    equal((catalog["metadata"]["comment"], {name: column["comment"] for name, column in catalog["columns"].items()}),
          ("All rows of the shop, it's said", {"id": "the row's number", "amount": None, "place": "where"}))


def hooks_and_grants(lake):
    """What a catalog cannot run is told once for each model; what only asks for it fails."""
    project = Project(lake, "hooks")
    project.duck("create or replace table orders (id bigint, customer integer, amount decimal(10,2), placed timestamp, note text)", orders_sql(0, 72))
    project.write("models/sources.yml", SOURCES % (project.space, "public"))
    hooks = "pre_hook='delete from {{ this }}', post_hook=['analyze {{ this }}', 'vacuum'], grants={'select': ['reporter']}"
    project.write("models/hooked.sql", "{{ config(" + hooks + ") }}\nselect 1 as id")
    project.write("models/batches.sql", "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='placed', begin='2024-01-01', batch_size='day', " + hooks + ") }}\nselect * from {{ source('raw', 'orders') }}")
    for name, *more in (("hooked",), ("batches", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04")):
        output = project.dvt("run", "--select", name, *more)
        for text in ("its pre-hook is not run: connection 'lake' runs no SQL", "its post-hook is not run: connection 'lake' runs no SQL", "its grants are left out: connection 'lake' has none"):
            equal(output.count(text), 1, f"{name}: {text}\n{output}")
    equal(len(project.rows("batches", "id")), 72)
    for phase in ("on-run-start", "on-run-end"):
        project.write("dbt_project.yml", "name: shop\nprofile: shop\nversion: '1'\n" + phase + ": [\"{{ log('compiled', info=true) }}\", 'create table t (id int)']\n")
        output = project.dvt("run", "--select", "hooked", fails="connection 'lake' is an Iceberg catalog and runs no SQL")
        equal((f"in shop.{phase}.1" in output, "leave the hook, operation or statement out" in output), (True, True), output)
    project.write("dbt_project.yml", "name: shop\nprofile: shop\nversion: '1'\non-run-start: \"{{ log('compiled', info=true) }}\"\n")
    equal("compiled" in project.dvt("run", "--select", "hooked"), True)


def recorded(lake):
    """A model of PostgreSQL and a lake, recorded and then run with neither at hand; and with a lake as its target."""
    project = Project(lake, "recorded")
    schema = f"recorded_{os.getpid()}"
    people = lake.context.databases.postgres()
    with people.cursor() as cursor:
        cursor.execute(f"drop schema if exists {schema} cascade; create schema {schema}; create table {schema}.people (id integer primary key, name text, city text);"
                       f"insert into {schema}.people select i, 'p' || i, case i % 2 when 0 then 'Ulm' else 'Bonn' end from generate_series(1, 50) i")
    try:
        lake.peer_catalog.create_namespace(project.space)
        rows = pyarrow.table({"person": pyarrow.array([i % 50 + 1 for i in range(400)], pyarrow.int64()), "value": [i / 4 for i in range(400)]})
        lake.dvt("append", f"{project.space}.events", lake.write(rows), "--create", "--partition-by", "bucket(3, person)")
        project.write("models/sources.yml", SOURCES % (project.space, schema))
        project.write("models/cities.sql", """{{ config(materialized='table') }}
select p.city, count(*) as events, sum(e.value) as value from {{ source('lake', 'events') }} as e
join {{ source('crm', 'people') }} as p on p.id = e.person where e.value >= 10 group by p.city""")
        expected = [("Bonn", 180, 9855.0), ("Ulm", 180, 9900.0)]
        here = lambda: project.duck("select city, events, value from cities order by city")
        project.dvt("run", "--target", "duck", "--record", project.folder / "to_duck")
        equal(here(), expected)
        project.dvt("run", "--record", project.folder / "to_lake")
        equal(project.rows("cities", "city", "events", "value"), expected)
        # Nobody is at hand: of each connection the type alone is known.
        nowhere = "shop:\n  target: duck\n  outputs:\n    lake: {type: iceberg, schema: %s%s}\n    pg: {type: postgres, host: 127.0.0.1, port: 9, user: nobody, dbname: postgres}\n    duck: {type: duckdb, path: shop.duckdb, schema: main}\n"
        project.write("profiles.yml", nowhere % (project.space, ""))
        project.duck("drop table cities")
        project.dvt("run", "--replay", project.folder / "to_duck")
        equal(here(), expected)
        project.dvt("test", "--replay", project.folder / "to_duck")
        project.write("models/cities.sql", "{{ config(materialized='table') }}\nselect max(value) as value from {{ source('lake', 'events') }} where value < 7")
        project.dvt("run", "--replay", project.folder / "to_duck", fails="has no extract of connection 'lake'")
        project.dvt("run", fails="needs `uri`")
        # The lake is the target of a replay: what lies on it is read there, the rest comes from the recording.
        project.write("profiles.yml", nowhere.replace("target: duck", "target: lake") % (project.space, ", uri: '%s', credential: '%s'" % (lake.uri, lake.credential)))
        project.write("models/cities.sql", """{{ config(materialized='table') }}
select p.city, count(*) as events, sum(e.value) as value from {{ source('lake', 'events') }} as e
join {{ source('crm', 'people') }} as p on p.id = e.person where e.value >= 10 group by p.city""")
        project.dvt("run", "--replay", project.folder / "to_lake")
        equal((project.rows("cities", "city", "events", "value"), project.snapshots("cities")), (expected, ["append", "overwrite"]))
    finally:
        with people.cursor() as cursor:
            cursor.execute(f"drop schema {schema} cascade")


CONDITIONS = [
    "id between 20 and 40", "id in (1, 5, 199, 1000)", "id not in (1, 5)", "small > 90", "small <= -2", "ratio > 20", "ratio < 5", "amount >= -3", "not (amount < 2)",
    "price = 2.4", "price > 1.005", "huge < 50000000000000000000000000", "day > date '1970-05-01'", "day = '1970-02-01'", "placed >= timestamp '1970-01-15'", "placed < '1969-12-31 12:00'",
    "name like 'n\u00e4me 3%'", "name not like 'n\u00e4me 3%'", "name like '%x'", "name > 'n\u00e4me 2'", "name is null", "name is not null and id > 100", "flag", "flag = false", "small > ratio",
    "id > 150 or (day is null and small < 50)", "id > 150 or abs(small) < 50", "name = 'it''s'", "ratio is null or ratio = 'nan'", "ratio <> 'nan'", "id > 30 and id < 31",
]


def pushed_conditions(lake):
    import duckdb

    project = Project(lake, "pushed")
    project.write("models/sources.yml", "version: 2\nsources:\n  - {name: lake, connection: lake, schema: %s, tables: [{name: all_types}]}\n"
                  "  - {name: raw, connection: duck, schema: main, tables: [{name: all_types}]}\n" % project.space)
    rows = everything(200).drop_columns(["counts"])
    rows = rows.rename_columns(["placed" if name == "at" else name for name in rows.column_names])
    ratio = pyarrow.array([float("nan") if i % 9 == 0 else value for i, value in enumerate(rows["ratio"].to_pylist())], pyarrow.float64())
    rows = rows.set_column(rows.column_names.index("ratio"), "ratio", ratio)
    lake.peer_catalog.create_namespace(project.space)
    lake.dvt("append", f"{project.space}.all_types", lake.write(rows), "--create", "--partition-by", "bucket(3, id), month(day), truncate(2, name)")
    with duckdb.connect(str(project.folder / "shop.duckdb")) as connection:
        connection.execute("create table all_types as select * from rows")
    parts = "\nunion all\n".join(f"select {i} as n, count(*) as found, sum(id) as ids from {{{{ source('%s', 'all_types') }}}} where {condition}"
                                 for i, condition in enumerate(CONDITIONS))
    for name, source in (("there", "lake"), ("here", "raw")):
        # Each condition for itself, too: of several the planner pushes what all of them need.
        for i, part in enumerate(parts.split("\nunion all\n")):
            project.write(f"models/{name}/{name}_{i}.sql", part.replace("%s", source))
    project.dvt("run", "--threads", "4")
    for i, condition in enumerate(CONDITIONS):
        equal(project.rows(f"there_{i}"), project.rows(f"here_{i}"), condition)
    planned = project.dvt("plan", "--select", "there_0")
    equal("where" in planned.lower(), True, planned)


def snapshots(lake):
    project = Project(lake, "snapshots")
    project.duck("create or replace table orders (id bigint, customer integer, amount decimal(10,2), placed timestamp, note text)", orders_sql(0, 5))
    project.write("models/sources.yml", SOURCES % (project.space, "public"))
    for name, config in (("by_time", "strategy='timestamp', updated_at='placed'"), ("by_value", "strategy='check', check_cols=['amount'], hard_deletes='invalidate'"),
                         ("marked", "strategy='check', check_cols='all', hard_deletes='new_record'")):
        project.write(f"snapshots/{name}.sql", "{% snapshot " + name + " %}{{ config(unique_key='id', " + config + ") }}\nselect {{ var('columns', '*') }} from {{ source('raw', 'orders') }}\n{% endsnapshot %}")
    project.dvt("snapshot")
    for name in ("by_time", "by_value", "marked"):
        equal((len(project.rows(name, "id")), {row["dbt_valid_to"] for row in project.table(name).scan().to_arrow().to_pylist()}), (5, {None}), name)
    project.dvt("snapshot")  # nothing changed, nothing is written
    equal(project.snapshots("by_value"), ["append"])
    project.duck("update orders set amount = 99, placed = placed + interval 1 day where id = 2", "delete from orders where id = 4", orders_sql(5, 6))
    project.dvt("snapshot", "--vars", "{columns: '*, id * 10 as ten'}")
    state = lambda name: sorted((row["id"], row["amount"], row["dbt_valid_to"] is None, row["ten"]) for row in project.table(name).scan().to_arrow().to_pylist() if row["id"] in (2, 3, 4, 5))
    old, new = decimal.Decimal("2.50"), decimal.Decimal("99.00")
    equal(state("by_time"), [(2, old, False, None), (2, new, True, 20), (3, decimal.Decimal("3.75"), True, None), (4, decimal.Decimal("5.00"), True, None), (5, decimal.Decimal("6.25"), True, 50)])
    equal(state("by_value"), [(2, old, False, None), (2, new, True, 20), (3, decimal.Decimal("3.75"), True, None), (4, decimal.Decimal("5.00"), False, None), (5, decimal.Decimal("6.25"), True, 50)])
    gone = sorted((row["dbt_is_deleted"], row["dbt_valid_to"] is None) for row in project.table("marked").scan().to_arrow().to_pylist() if row["id"] == 4)
    equal(gone, [("False", False), ("True", True)])
    columns = project.table("by_value").schema().column_names
    equal(columns[-1], "ten")
    lake.no_litter(f"{project.space}.by_value")


def seeds_and_wrong_settings(lake):
    project = Project(lake, "seeds")
    project.write("seeds/rates.csv", "code,rate,since\nEUR,1.0,2024-01-01\nUSD,0.92,2024-02-29\n")
    project.dvt("seed")
    equal(project.rows("rates"), [("EUR", 1.0, datetime.date(2024, 1, 1)), ("USD", 0.92, datetime.date(2024, 2, 29))])
    project.write("seeds/rates.csv", "code,rate\nGBP,1.2\n")
    project.dvt("seed")
    equal(project.rows("rates"), [("GBP", 1.2)])
    project.dvt("debug")
    project.write("models/pushed.sql", "select code from {{ ref('rates') }} where code >= 'A' and rate > 1 and code like '%B%'")
    project.dvt("run")
    equal(project.rows("pushed"), [("GBP",)])
    project.write("models/pushed.sql", "{{ config(partition_by='weekly(code)') }}\nselect code from {{ ref('rates') }}")
    project.dvt("run", fails="no transform 'weekly'")
    project.write("models/pushed.sql", "{{ config(partition_by={'field': 'code'}) }}\nselect code from {{ ref('rates') }}")
    project.dvt("run", fails="partition_by' must be a text or a list of texts")
    project.write("models/pushed.sql", "{{ config(materialized='incremental', incremental_strategy='clever') }}\nselect code from {{ ref('rates') }}")
    project.dvt("run", fails="incremental_strategy 'clever' needs a target that runs SQL")
    project.write("models/pushed.sql", "select interval 3 day as span")
    project.dvt("run", fails="Iceberg tables have no type for")
    project.write("models/pushed.sql", "select cod from {{ ref('rates') }}")
    project.dvt("run", fails="cod")
    project.write("models/pushed.sql", "select 1 as a")
    project.write("profiles.yml", "shop: {target: lake, outputs: {lake: {type: iceberg, schema: x}}}\n")
    project.dvt("run", fails="needs `uri`, the address of a REST catalog")
    project.write("profiles.yml", "shop: {target: lake, outputs: {lake: {type: iceberg, schema: x, uri: 'http://127.0.0.1:9', properties: {retry.attempts: 1}}}}\n")
    project.dvt("run", fails="127.0.0.1:9")


CASES = [
    ("models are tables of the catalog", tables_and_layout), ("incremental models", incremental), ("a model of PostgreSQL and a lake, merged twice", joined_with_postgres), ("descriptions are kept", descriptions), ("hooks and grants are told", hooks_and_grants), ("a lake recorded and replayed", recorded), ("conditions reach the files and change nothing", pushed_conditions),
    ("snapshots of rows", snapshots), ("seeds, and settings that are wrong", seeds_and_wrong_settings),
]
