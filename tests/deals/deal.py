"""One deal: every table lives in one database; every query is a model of one project, run through dvt; the rows are compared with DuckDB's."""
import datetime
import decimal
import json
import math
import random
import re

import duckdb

from deals.used import parse_plans

PROFILE = """deals:
  target: warehouse
  outputs:
    pg: &postgres
      type: postgres
      host: 127.0.0.1
      port: "{{{{ env_var('PG_PORT') | int }}}}"
      user: dvt
      password: "{{{{ env_var('DBT_ENV_SECRET_PASSWORD') }}}}"
      dbname: {name}
      schema: public
      threads: 2
    my:
      type: mysql
      host: 127.0.0.1
      port: "{{{{ env_var('MY_PORT') | int }}}}"
      user: dvt
      password: "{{{{ env_var('DBT_ENV_SECRET_PASSWORD') }}}}"
      schema: {name}
      tinyint1_is_bool: true
    lite: {{type: sqlite, path: "{folder}/data.db"}}
    duck: {{type: duckdb, path: "{folder}/{duck}", schema: main, read_only: true}}
    warehouse: {warehouse}
"""
DUCKDB_TARGET = '{{type: duckdb, path: "{project}/target.duckdb", schema: main}}'
POSTGRES_TARGET = "{<<: *postgres, port: \"{{ env_var('PGT_PORT') | int }}\", schema: results}"


class Deal:
    """`places`: table → connection. `target`: "duckdb" or "postgres"."""

    def __init__(self, context, data, places, target, transfer=None):
        self.context, self.data, self.places, self.target, self.transfer = context, data, places, target, transfer
        self.project = context.scratch(f"deal {data.name}")
        self.results = {}

    def run(self, models, extra=(), threads=2):
        """Runs {name: SQL}; afterwards `results` has each model's dbt result."""
        project, schemas = self.project, {"pg": "public", "my": self.data.name, "lite": "main", "duck": "main", "warehouse": "public"}
        (project / "models").mkdir()
        (project / "dbt_project.yml").write_text("name: deals\nversion: '1.0.0'\nprofile: deals\nmodels:\n  +materialized: table\n"
                                                   + (f"transfer: {json.dumps(self.transfer)}\n" if self.transfer else ""))
        warehouse = DUCKDB_TARGET.format(project=project).replace("{{", "{").replace("}}", "}") if self.target == "duckdb" else POSTGRES_TARGET
        (project / "profiles.yml").write_text(PROFILE.format(name=self.data.name, folder=self.data.folder, duck=self.data.duck, warehouse=warehouse))
        sources = [{"name": table, "connection": place, "schema": schemas[place], "tables": [{"name": table}]} for table, place in self.places.items()]
        (project / "models" / "sources.yml").write_text(json.dumps({"version": 2, "sources": sources}))
        for name, sql in models.items():
            (project / "models" / f"{name}.sql").write_text(sql)
        if self.target == "duckdb":
            self.copy_own_tables([t for t, p in self.places.items() if p == "warehouse"])
        outcome = self.context.dvt("run", "--threads", threads, "--project-dir", project, "--profiles-dir", project, *extra, environment=self.environment(),
                                   timeout=3600)
        written = project / "target" / "run_results.json"
        if written.exists():
            for result in json.loads(written.read_text())["results"]:
                self.results[result["unique_id"].split(".")[-1]] = result
        return outcome

    def plan(self, name):
        return self.context.dvt("plan", "--select", name, "--project-dir", self.project, "--profiles-dir", self.project, environment=self.environment()).output

    def plans(self):
        """Of all models, as JSON."""
        return parse_plans(self.context.dvt("plan", "--json", "--project-dir", self.project, "--profiles-dir", self.project, environment=self.environment(),
                                            timeout=600).output)

    def environment(self):
        servers = self.context.servers
        return {"PG_PORT": servers["postgres_port"], "MY_PORT": servers["mariadb_port"], "PGT_PORT": servers["postgres_target_port"],
                "DBT_ENV_SECRET_PASSWORD": servers["password"]}

    def copy_own_tables(self, tables):
        connection = duckdb.connect(str(self.project / "target.duckdb"))
        connection.execute("create schema public")
        connection.execute(f"attach '{self.data.folder}/data.duckdb' as stored (read_only)")
        for table in tables:
            connection.execute(f"create table public.{table} as from stored.{table}")
        connection.close()

    def rows(self, names):
        """Rows by model, and drops what was made in a server."""
        out = {}
        if self.target == "duckdb":
            with duckdb.connect(str(self.project / "target.duckdb"), read_only=True) as connection:
                for name in names:
                    out[name] = connection.execute(f'from main."{name}"').fetchall()
            return out
        connection = self.context.databases.postgres(self.data.name, target=True)
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f'select * from results."{name}"')
                out[name] = cursor.fetchall()
            cursor.execute("drop schema if exists results cascade")
        connection.close()
        return out


def deal_tables(tables, number, not_in=(), with_target=True):
    """The places of a deal: `number` seeds it; the target itself holds a table now and then."""
    chance = random.Random(number)
    with_target = chance.random() < 0.3 and with_target
    places = ["pg", "my", "lite", "duck"] + (["warehouse"] if with_target else [])
    return {table: chance.choice([p for p in places if p not in dict(not_in).get(table, ())]) for table in tables}


def with_total_order(sql, columns):
    """ORDER BY … LIMIT n keeps the same rows everywhere only if the order is total: all columns end it."""
    match = re.search(r"(?is)^(.*\border\s+by\b(?:(?!\border\s+by\b).)*?)(\s+limit\s+\d+\s*;?\s*)$", sql)
    if not match:
        return sql.rstrip().rstrip(";")
    return (match.group(1) + "".join(f", {i + 1}" for i in range(columns)) + match.group(2)).rstrip().rstrip(";")


def plain(value):
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date()
    if isinstance(value, (memoryview, bytearray)):
        return bytes(value)
    return value


def same(a, b):
    """Exactly, but to nine digits where either is a float."""
    if isinstance(a, float) or isinstance(b, float):
        if a is None or b is None:
            return a is b
        a, b = float(a), float(b)
        return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return a == b and (a is None) == (b is None)


def sort_key(row):
    def of(v):
        if isinstance(v, (int, float, decimal.Decimal)):
            return (1, "" if v != v else f"{float(v):.5e}")
        return (0 if v is None else 2, str(v))
    return [of(v) for v in row]


def difference(expected, got):
    """What differs, or None; rows in any order."""
    expected = sorted(([plain(v) for v in row] for row in expected), key=sort_key)
    got = sorted(([plain(v) for v in row] for row in got), key=sort_key)
    if len(expected) != len(got):
        return f"{len(got)} rows, expected {len(expected)}"
    left = []
    for a, b in zip(expected, got):
        if len(a) != len(b) or not all(same(x, y) for x, y in zip(a, b)):
            left.append((a, b))
    if not left:
        return None
    # Rows that sort differently only because of a float's last digits are matched one by one.
    mine = [a for a, _ in left]
    for _, b in left:
        match = next((a for a in mine if all(same(x, y) for x, y in zip(a, b))), None)
        if match is None:
            return f"expected {left[0][0]}\ngot      {left[0][1]} ({len(left)} of {len(expected)} rows differ)"
        mine.remove(match)
    return None
