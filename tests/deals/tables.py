"""Data sets that live whole in every database: made by a generator in DuckDB, then loaded into PostgreSQL, MariaDB, SQLite and DuckDB."""
import csv
import datetime
import decimal
import re
import sqlite3
import subprocess

import duckdb

from harness.tpcds import with_tpcds

PLACES = ("pg", "my", "lite", "duck", "warehouse")  # the last is the target of the models
TPCH_TABLES = ("lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region")
TPCDS_KEYS = {
    "call_center": "cc_call_center_sk", "catalog_page": "cp_catalog_page_sk", "catalog_returns": "cr_item_sk, cr_order_number",
    "catalog_sales": "cs_item_sk, cs_order_number", "customer": "c_customer_sk", "customer_address": "ca_address_sk",
    "customer_demographics": "cd_demo_sk", "date_dim": "d_date_sk", "household_demographics": "hd_demo_sk", "income_band": "ib_income_band_sk",
    "inventory": "inv_date_sk, inv_item_sk, inv_warehouse_sk", "item": "i_item_sk", "promotion": "p_promo_sk", "reason": "r_reason_sk",
    "ship_mode": "sm_ship_mode_sk", "store": "s_store_sk", "store_returns": "sr_item_sk, sr_ticket_number",
    "store_sales": "ss_item_sk, ss_ticket_number", "time_dim": "t_time_sk", "warehouse": "w_warehouse_sk", "web_page": "wp_web_page_sk",
    "web_returns": "wr_item_sk, wr_order_number", "web_sales": "ws_item_sk, ws_order_number", "web_site": "web_site_sk",
}


def make_tpch(top, folder, scale):
    """A DuckDB file with the eight tables; returns their keys."""
    subprocess.run([top / ".deps" / "venv" / "bin" / "tpchgen-cli", "csv", "-s", str(scale), "--output-dir", folder], check=True, capture_output=True)
    connection = duckdb.connect(str(folder / "data.duckdb"))
    connection.execute((top / "tests" / "tpch" / "tables.sql").read_text())
    for table in TPCH_TABLES:
        connection.execute(f"insert into {table} select * from read_csv('{folder}/{table}.csv', header = true, all_varchar = true)")
        (folder / f"{table}.csv").unlink()
    connection.close()
    return {"lineitem": "l_orderkey, l_linenumber", "orders": "o_orderkey", "customer": "c_custkey", "part": "p_partkey",
            "partsupp": "ps_partkey, ps_suppkey", "supplier": "s_suppkey", "nation": "n_nationkey", "region": "r_regionkey"}


def make_tpcds(_top, folder, scale):
    connection = with_tpcds(str(folder / "data.duckdb"))
    connection.execute(f"call dsdgen(sf={scale})")
    for table, keys in TPCDS_KEYS.items():
        connection.execute(f"alter table {table} add primary key ({keys})")
    connection.close()
    return TPCDS_KEYS


def columns_of(connection, table):
    return [(row[0], row[1]) for row in connection.execute(
        f"select column_name, data_type from duckdb_columns() where table_name = '{table}' order by column_index").fetchall()]


class TypeNames:
    """How a system declares DuckDB's types."""
    POSTGRES = {"DOUBLE": "double precision", "TIMESTAMP WITH TIME ZONE": "timestamptz", "HUGEINT": "numeric(38,0)", "TINYINT": "smallint",
                "BLOB": "bytea"}
    MYSQL = {"VARCHAR": "varchar(300)", "TIMESTAMP": "datetime(6)", "BOOLEAN": "boolean", "HUGEINT": "decimal(38,0)", "BLOB": "longblob",
             "TIMESTAMP WITH TIME ZONE": "timestamp(6) null"}
    SQLITE = {"TIMESTAMP": "timestamp", "HUGEINT": "decimal(38,0)"}

    @staticmethod
    def of(names, kind):
        return names.get(kind, kind)


def ddl(table, columns, keys, names, suffix=""):
    parts = [f"{name} {TypeNames.of(names, kind)}" for name, kind in columns]
    if keys:
        parts.append(f"primary key ({keys})")
    return f"create table {table} ({', '.join(parts)}){suffix}"


def load_everywhere(databases, folder, name, keys, indexes=()):
    """From folder/data.duckdb into database `name` of the servers and folder/data.db of SQLite."""
    connection = duckdb.connect(str(folder / "data.duckdb"), read_only=True)
    databases.fresh(name)
    tables = {table: columns_of(connection, table) for table in keys}
    for table in tables:
        rows = folder / f"{table}.csv"
        connection.execute(f"copy {table} to '{rows}' (format csv, header false, nullstr '\\N', quote '\"', escape '\"')")
    for target in (False, True):
        load_postgres(databases.postgres(name, target=target), folder, tables, keys, indexes)
    load_mysql(databases.mysql(name), folder, tables, keys, indexes)
    load_sqlite(connection, folder, tables, keys, indexes)
    connection.close()
    for table in tables:
        (folder / f"{table}.csv").unlink()


def load_postgres(connection, folder, tables, keys, indexes):
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute(ddl(table, columns, keys[table], TypeNames.POSTGRES))
            with open(folder / f"{table}.csv", "rb") as rows:
                cursor.copy_expert(f"copy {table} from stdin (format csv, null '\\N')", rows)
        for index in indexes:
            cursor.execute(index)
        cursor.execute("analyze")
    connection.close()


def load_mysql(connection, folder, tables, keys, indexes):
    with connection.cursor() as cursor:
        cursor.execute("set sql_mode = '', time_zone = '+00:00'")
        for table, columns in tables.items():
            cursor.execute(ddl(table, columns, keys[table], TypeNames.MYSQL))
            if any(kind in ("BOOLEAN", "TIMESTAMP WITH TIME ZONE") for _, kind in columns) or folder.name.startswith(("random", "clauses", "shapes")):
                load_mysql_rows(cursor, folder, table, columns)
            else:
                cursor.execute(f"load data local infile '{folder}/{table}.csv' into table {table} character set utf8mb4 fields terminated by ',' "
                               "optionally enclosed by '\"'")
            cursor.execute(f"analyze table {table}")
        for index in indexes:
            cursor.execute(index)
    connection.close()


def load_mysql_rows(cursor, folder, table, columns):
    marks = ", ".join(["%s"] * len(columns))
    batch = []
    with open(folder / f"{table}.csv", newline="", encoding="utf-8") as rows:
        for line in rows_of(rows, [kind for _, kind in columns]):
            batch.append(line)
            if len(batch) == 2000:
                cursor.executemany(f"insert into {table} values ({marks})", batch)
                batch.clear()
    if batch:
        cursor.executemany(f"insert into {table} values ({marks})", batch)


def rows_of(lines, kinds):
    for row in csv.reader(lines):
        yield [None if value == "\\N" else for_driver(value, kind) for value, kind in zip(row, kinds)]


def for_driver(value, kind):
    if kind == "BOOLEAN":
        return value == "true"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return value.removesuffix("+00")
    return value


def load_sqlite(duck, folder, tables, keys, indexes):
    path = folder / "data.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    for table, columns in tables.items():
        connection.execute(ddl(table, columns, keys[table], TypeNames.SQLITE))
        marks = ", ".join("?" * len(columns))
        cursor = duck.execute(f"from {table}")
        while rows := cursor.fetchmany(20_000):
            connection.executemany(f"insert into {table} values ({marks})", [[for_sqlite(v) for v in row] for row in rows])
    for index in indexes:
        connection.execute(index)
    connection.commit()
    connection.execute("analyze")
    connection.close()


def for_sqlite(value):
    if isinstance(value, decimal.Decimal):
        return float(value) if len(value.as_tuple().digits) <= 15 else str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def load_own_types(databases, folder, name, tables, not_in, first):
    """The rows of folder/data.duckdb, where each place declares types of its own: {table: [(column, PostgreSQL's, MariaDB's, SQLite's, DuckDB's)]}. DuckDB's
    are in folder/duck.duckdb. `first`: statements of a place that make types."""
    stored = duckdb.connect(str(folder / "data.duckdb"), read_only=True)
    rows = {table: stored.execute(f"select cast(columns(*) as varchar) from {table}").fetchall() for table in tables}
    stored.close()
    databases.fresh(name)
    (folder / "duck.duckdb").unlink(missing_ok=True)
    (folder / "data.db").unlink(missing_ok=True)
    places = (("pg", 1, databases.postgres(name), "%s"), ("pg", 1, databases.postgres(name, target=True), "%s"), ("my", 2, databases.mysql(name), "%s"),
              ("lite", 3, sqlite3.connect(folder / "data.db"), "?"), ("duck", 4, duckdb.connect(str(folder / "duck.duckdb")), "?"))
    for place, at, connection, mark in places:
        cursor = connection.cursor()
        for statement in first.get(place, ()):
            cursor.execute(statement)
        for table, columns in tables.items():
            if place in not_in.get(table, ()):
                continue
            cursor.execute(f"create table {table} ({', '.join(f'{column[0]} {column[at]}' for column in columns)})")
            truths = [column[0] for column in columns if column[at].lower() == "boolean" and place in ("my", "lite")]
            numbered = [[int(value == "true") if column[0] in truths and value is not None else value for column, value in zip(columns, row)] for row in rows[table]]
            cursor.executemany(f"insert into {table} values ({', '.join([mark] * len(columns))})", numbered)
        if place in ("pg", "lite"):
            cursor.execute("analyze")
        connection.commit()
        connection.close()


class Scanner:
    """Names tables in FROM clauses as dbt sources do."""
    WORDS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\w+|\s+|.", re.S)
    ENDS = {"where", "group", "having", "order", "limit", "union", "intersect", "except", "select", "window", "qualify"}
    AFTER = ENDS | {"on", "join", "left", "right", "full", "inner", "cross", "using", "natural", "semi", "anti", "offset", "asof"}

    def __init__(self, tables):
        self.tables = tables

    def named(self, text):
        words = self.WORDS.findall(text)
        solid = [i for i, word in enumerate(words) if not word.isspace() and not word.startswith("--")]
        stack, expecting = [False], False
        for at, i in enumerate(solid):
            word = words[i].lower()
            if word == "(":
                stack.append(False)
                expecting = False
            elif word == ")":
                stack.pop()
                expecting = False
            elif word in ("from", "join"):
                stack[-1], expecting = True, True
            elif word == "," and stack[-1]:
                expecting = True
            elif word in self.ENDS:
                stack[-1], expecting = False, False
            elif expecting:
                expecting = False
                if word in self.tables:
                    following = words[solid[at + 1]].lower() if at + 1 < len(solid) else ""
                    aliased = following == "as" or (re.match(r"\w", following) and following not in self.AFTER)
                    words[i] = f"{{{{ source('{word}', '{word}') }}}}" + ("" if aliased else f" as {word}")
        return "".join(words)
