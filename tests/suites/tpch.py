"""All 22 TPC-H queries as models, the eight tables dealt over PostgreSQL, MariaDB, SQLite and DuckDB in several ways: whatever the
deal, each result must be the one that DuckDB alone gives."""
import datetime
import decimal
import math
import re
import shutil
import sqlite3

import duckdb

NAME, ABOUT, NEEDS = "tpch", "22 TPC-H queries over four databases equal DuckDB alone", ["release", "servers"]
SCALE = "0.1"
TABLES = ("lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region")
# Where each table of TABLES lives. The last deal leaves small tables in the target itself.
DEALS = {
    "even": ("pg", "my", "lite", "duck", "pg", "my", "lite", "duck"),
    "turned": ("my", "lite", "duck", "pg", "duck", "lite", "pg", "my"),
    "scattered": ("lite", "pg", "my", "my", "lite", "duck", "duck", "pg"),
    "with target": ("duck", "my", "pg", "lite", "my", "warehouse", "warehouse", "warehouse"),
}
# What the plans of the "even" deal must say: constants, folded dates, columns, joins and whole queries reach the sources.
PUSHED = {
    "q03": ["2 of 8 columns", "where \"c_mktsegment\" = 'BUILDING'", "where `o_orderdate` < DATE '1995-03-15'"],
    "q04": ["`o_orderdate` < DATE '1993-10-01'", "where \"l_commitdate\" < \"l_receiptdate\""],
    "q06": ["pushed     the whole query", "l_quantity < 24"],
    "q10": ["join with nation on \"customer\".\"c_nationkey\" = \"nation\".\"n_nationkey\""],
    "q12": ["\"l_shipmode\" IN ('MAIL', 'SHIP')"],
    "q13": ["not pushed condition on o_comment: texts compare by a collation there"],
    "q19": ["\"l_shipmode\" IN ('AIR', 'AIR REG')", "\"p_size\" <= 15"],
    "q20": ["\"p_name\" LIKE 'forest%'"],
    "q21": ["`o_orderstatus` = 'F'"],
}


def run(report, context):
    data = context.scratch("tpch")
    sample = load_everywhere(context, data)
    models = sorted((context.top / "tests" / "tpch" / "models").glob("q*.sql"))
    expected = {m.stem: sample.execute(alone(m.read_text())).fetchall() for m in models}
    for deal, places in DEALS.items():
        if report.wants(deal) or any(report.wants(f"{deal}: {m.stem}") for m in models):
            run_deal(report, context, data, deal, dict(zip(TABLES, places)), expected)
    context.databases.drop("tpch")


def alone(text):
    return re.sub(r"\{\{ source\('(\w+)', '\1'\) \}\}", r"\1", text)


def run_deal(report, context, data, deal, places, expected):
    project = data / ("project " + deal)
    shutil.copytree(context.top / "tests" / "tpch", project)
    schemas = {"pg": "public", "my": "tpch", "lite": "main", "duck": "main", "warehouse": "public"}
    (project / "models" / "sources.yml").write_text("version: 2\nsources:\n" + "".join(
        f"  - {{name: {table}, connection: {place}, schema: {schemas[place]}, tables: [{{name: {table}}}]}}\n"
        for table, place in places.items()))
    environment = {"TPCH_DATA": str(data), "PG_PORT": context.servers["postgres_port"], "MY_PORT": context.servers["mariadb_port"],
                   "PGT_PORT": context.servers["postgres_target_port"], "DBT_ENV_SECRET_PASSWORD": context.servers["password"]}
    where = ["--project-dir", project, "--profiles-dir", project]
    if deal == "even":
        check_plans(report, context, where, environment)
    outcome = context.dvt("run", *where, environment=environment, timeout=1200)
    connection = context.databases.postgres("tpch", target=True)
    for query, rows in expected.items():
        name = f"{deal}: {query}"
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'select * from public."{query}"')
                got = cursor.fetchall()
                cursor.execute(f'drop table public."{query}"')
        except Exception as error:
            report.failed("tpch", name, f"{error}\n{about(query, outcome.output)}")
            continue
        difference = compare(rows, got)
        if difference:
            report.failed("tpch", name, difference)
        else:
            report.passed("tpch", name)
    connection.close()


def about(query, output):
    """The lines of a run's output that speak of one query."""
    lines = output.split("\n")
    near = [line for at, line in enumerate(lines) if any(query in other for other in lines[max(0, at - 4):at + 1])]
    return "\n".join(near[:30] or lines[-15:])


def check_plans(report, context, where, environment):
    for query, texts in PUSHED.items():
        outcome = context.dvt("plan", "--select", query, *where, environment=environment)
        missing = [t for t in texts if t not in outcome.output]
        if outcome.code != 0 or missing:
            report.failed("tpch", f"plan of {query}", f"not in the plan: {missing}\n{outcome.output[:4000]}")
        else:
            report.passed("tpch", f"plan of {query}")


def plain(value):
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date()
    return value.rstrip() if isinstance(value, str) else value


def same(a, b):
    """Exactly, but to nine digits where either is a float (averages, divisions)."""
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9)
    return a == b


def compare(expected, got):
    """What differs, or None; rows in any order."""
    def key(row):
        return [("", f"{v:.3f}") if isinstance(v, (int, float, decimal.Decimal)) else (str(v), "") for v in row]

    expected, got = (sorted(([plain(v) for v in row] for row in rows), key=key) for rows in (expected, got))
    if len(expected) != len(got):
        return f"{len(got)} rows, expected {len(expected)}"
    for a, b in zip(expected, got):
        if len(a) != len(b) or not all(same(x, y) for x, y in zip(a, b)):
            return f"expected {a}\ngot      {b}"
    return None


def load_everywhere(context, data):
    """Generates the tables and loads all of them into all databases; returns a DuckDB connection that has them."""
    tool = context.top / ".deps" / "venv" / "bin" / "tpchgen-cli"
    outcome = context.run([tool, "csv", "-s", SCALE, "--output-dir", data])
    if outcome.code != 0:
        raise RuntimeError(outcome.output)
    ddl = (context.top / "tests" / "tpch" / "tables.sql").read_text()
    duck = duckdb.connect(str(data / "tpch.duckdb"))
    duck.execute(ddl)
    for table in TABLES:
        duck.execute(f"insert into {table} select * from read_csv('{data}/{table}.csv', header = true, all_varchar = true)")
    duck.close()
    context.databases.fresh("tpch")
    load_servers(context, data, ddl)
    duck = duckdb.connect(":memory:")
    duck.execute(f"attach '{data}/tpch.duckdb' as stored (read_only)")
    for table in TABLES:
        duck.execute(f"create table {table} as from stored.{table}")
    duck.execute("detach stored")
    load_sqlite(duck, data, ddl)
    return duck


def load_servers(context, data, ddl):
    for target in (False, True):
        connection = context.databases.postgres("tpch", target=target)
        with connection.cursor() as cursor:
            cursor.execute(ddl)
            for table in TABLES if not target else TABLES[5:]:
                with open(data / f"{table}.csv", "rb") as rows:
                    cursor.copy_expert(f"copy {table} from stdin (format csv, header)", rows)
            cursor.execute("analyze")
        connection.close()
    connection = context.databases.mysql("tpch")
    with connection.cursor() as cursor:
        for statement in filter(str.strip, ddl.split(";")):
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"load data local infile '{data}/{table}.csv' into table {table} fields terminated by ',' "
                           "optionally enclosed by '\"' ignore 1 lines")
            cursor.execute(f"analyze table {table}")
    connection.close()


def load_sqlite(duck, data, ddl):
    connection = sqlite3.connect(data / "tpch.db")
    connection.executescript(ddl)
    for table in TABLES:
        cursor = duck.execute(f"from {table}")
        marks = ", ".join("?" * len(cursor.description))
        while rows := cursor.fetchmany(20_000):
            connection.executemany(f"insert into {table} values ({marks})", [[for_sqlite(v) for v in row] for row in rows])
    connection.commit()
    connection.close()


def for_sqlite(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, datetime.date) else value
