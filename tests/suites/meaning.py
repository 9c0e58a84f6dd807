"""Translations by execution: each query runs on the system it is written for, its translation on the other, over the same rows. What
is translated without a word must give the same values; lines with '!' are refused. The cases are tests/meaning/<from>_<to>.txt."""
import datetime
import decimal
import json
import math
import subprocess

import duckdb
import psycopg2.extras

from harness.databases import run_statements

NAME, ABOUT, NEEDS = "meaning", "translated queries give the same values on PostgreSQL, MariaDB and DuckDB", ["release", "servers"]

COLUMNS = {  # name: types in DuckDB, PostgreSQL and MySQL
    "id": ("INT", "int", "int"), "i": ("INT", "int", "int"), "j": ("INT", "int", "int"), "b": ("BIGINT", "bigint", "bigint"),
    "f": ("DOUBLE", "double precision", "double"), "n": ("DECIMAL(10,2)", "numeric(10,2)", "decimal(10,2)"),
    "s": ("TEXT", "text", "varchar(100)"), "s2": ("TEXT", "text", "varchar(100)"), "d": ("DATE", "date", "date"),
    "ts": ("TIMESTAMP", "timestamp", "datetime(6)"), "tz": ("TIMESTAMPTZ", "timestamptz", None), "bo": ("BOOLEAN", "boolean", "boolean"),
    "ai": ("INT[]", "int[]", None), "js": ("JSON", "jsonb", "json")}
SYSTEMS = ("duckdb", "postgres", "mysql")
ROWS = [
    (7, 2, 10000000000, 2.5, "2.50", "abc", "x", "2024-03-10", "2024-03-10 13:05:09.123456", "2024-03-10 23:30:00+00", True, "1,2,3",
     '{"a": 1, "b": [10, 20], "c": null, "s": "str"}'),
    (-7, 2, -5, -2.5, "-2.55", " aXa ", "y", "2024-12-30", "2024-12-30 00:00:00", "2024-12-31 23:30:00+00", False, "2", '{"a": 2, "b": []}'),
    (None,) * 13,
    (3, 4, 9, 1e10 + 0.5, "1234.56", "it's", "x", "2023-01-01", "2023-01-01 23:59:59", "2023-07-01 00:00:00+02", True, "", '{"a": "q"}'),
    (0, 5, 0, 0.1, "0.10", "", "y", "2024-02-29", "2024-02-29 12:00:00", "2024-02-29 12:00:00+00", False, "5,5", '{"b": ["p", "q"], "a": true}'),
    (6, 6, 77, 3.7, "99.99", "aé_B", "Ze\u0301y", "2021-01-03", "2021-01-03 06:07:08", "2021-01-03 06:07:08-05", None, "9,8,7,2", '{"a": {"k": "v"}}'),
    (2147483647, -3, 9007199254740993, 0.25, "-0.01", "ABC", "abc", "2024-01-31", "2024-01-31 23:59:59.999999", "2024-10-27 00:30:00+00", True,
     "7", '{"a": [1, {"k": 2}], "b": "1"}'),
    (-2147483647, 1, -9007199254740993, -1e-7, "99999999.99", "b ", "B", "2000-02-29", "2000-02-29 00:00:00.5", "2000-03-26 00:30:00+00", False,
     "-1,0", '{"a": 1.0, "b": {"x": [1]}}'),
    (1, 1, 1, 1e15, "1.00", "12abc", "1.5", "2026-12-31", "2026-12-31 11:30:00", "2026-12-31 11:30:00+00", True, "1,1", '{"a": false, "c": "é"}'),
    (10, 3, 3, -0.5, "0.05", "a b\tc", "-3e1", "2020-12-31", "2020-12-31 00:30:00", "2020-12-31 00:30:00+00", None, "2,5",
     '{"a": -1, "b": [[1], null]}')]


def run(report, context):
    context.databases.fresh("meaning")
    for path in sorted((context.top / "tests" / "meaning").glob("*.txt")):
        source, target = path.stem.split("_")
        tables = {name: Table(name, source, context.databases) for name in (source, target)}
        lines = [line for line in path.read_text().split("\n") if line and not line.startswith("#")]
        cases = [(line.removeprefix("! "), line.startswith("! ")) for line in lines]
        answers = translated(context, source, target, [whole(sql) for sql, _ in cases])
        for (sql, refused), answer in zip(cases, answers):
            name = f"{source} to {target}: {sql}"
            if report.wants(name):
                problem = check(tables, source, target, whole(sql), refused, answer)
                report.failed("meaning", name, problem) if problem else report.passed("meaning", name)
        for table in tables.values():
            table.close()
    context.databases.drop("meaning")


def whole(line):
    return line if line.upper().startswith(("SELECT", "WITH")) else f"SELECT id, {line} AS v FROM t ORDER BY id"


def translated(context, source, target, queries):
    place = SYSTEMS.index(source)
    schema = {"t": {name: types[place] for name, types in COLUMNS.items() if types[place]}}
    lines = [json.dumps({"id": n, "read": source, "write": target, "sql": sql, "schema": schema, "unsupported_level": "RAISE"})
             for n, sql in enumerate(queries)]
    said = subprocess.run([context.program, "sql", "transpile", "--batch"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          encoding="utf-8", timeout=120, check=False)
    answers = {answer["id"]: answer for answer in map(json.loads, filter(None, said.stdout.split("\n")))}
    return [answers.get(n, {"error": "no answer"}) for n in range(len(queries))]


def check(tables, source, target, sql, refused, answer):
    if refused or "sql" not in answer:
        return None if refused == ("sql" not in answer) else f"{sql}\n{answer}"
    try:
        want = tables[source].rows(sql)
    except Exception as error:  # pylint: disable=broad-except
        return f"{sql}\nfails on {source}: {error}"
    try:
        got = tables[target].rows(answer["sql"])
    except Exception as error:  # pylint: disable=broad-except
        return f"{answer['sql']}\nfails on {target}: {error}"
    if len(want) == len(got) and all(len(a) == len(b) and all(same(x, y) for x, y in zip(a, b)) for a, b in zip(want, got)):
        return None
    return f"{sql}\n{answer['sql']}\n{source}: {want}\n{target}: {got}"


def same(a, b):
    if a is None or b is None:
        return a is b
    numbers = (int, float, decimal.Decimal)
    if isinstance(a, numbers) and isinstance(b, numbers):
        a_float, b_float = float(a), float(b)
        if math.isnan(a_float) or math.isnan(b_float):
            return math.isnan(a_float) and math.isnan(b_float)
        return a == b or abs(a_float - b_float) <= 1e-9 * max(1, abs(a_float))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    a, b = plain(a), plain(b)
    return a == b or (isinstance(a, str) and isinstance(b, str) and a[:1] in "{[" and a[:1] == b[:1] and value_of(a) == value_of(b))


def plain(value):
    """A value without the driver's own types: moments in UTC, midnight for a date."""
    if isinstance(value, datetime.datetime):
        return (value.astimezone(datetime.timezone.utc).replace(tzinfo=None) if value.tzinfo else value).isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat() + " 00:00:00"
    if isinstance(value, datetime.time):
        return datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


def value_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


class Table:
    """The rows of t on one system, in the session that the source's queries are made for."""

    def __init__(self, system, source, databases):
        self.system = system
        place = SYSTEMS.index(system)
        columns = {name: types for name, types in COLUMNS.items() if types[place] and types[SYSTEMS.index(source)]}
        zone = "Etc/GMT-1" if source == "mysql" else "Europe/Berlin"
        if system == "duckdb":
            self.connection = duckdb.connect()
            self.connection.execute(f"set TimeZone = '{zone}'")
        elif system == "postgres":
            self.connection = databases.postgres("meaning")
            psycopg2.extras.register_default_jsonb(self.connection, loads=lambda text: text)
            psycopg2.extras.register_default_json(self.connection, loads=lambda text: text)
            self.execute(f"set TimeZone = '{zone}'")
        else:
            self.connection = databases.mysql("meaning")
            self.execute("set time_zone = '+01:00'")
        self.execute("drop table if exists t")
        collate = {"postgres": ' collate "C.utf8"', "mysql": " collate utf8mb4_general_ci"}.get(system, "")
        self.execute("create table t (" + ", ".join(name + " " + types[place] + (collate if name in ("s", "s2") else "")
                                                    for name, types in columns.items()) + ")")
        for number, row in enumerate(ROWS, 1):
            values = dict(zip(COLUMNS, (number, *row)))
            if values["ai"] is not None and "ai" in columns:
                values["ai"] = [int(part) for part in values["ai"].split(",") if part]
            self.insert([values[name] for name in columns])

    def execute(self, sql):
        return run_statements(self.connection, sql)

    def insert(self, values):
        mark = "?" if self.system == "duckdb" else "%s"
        cursor = self.connection.cursor()
        cursor.execute(f"insert into t values ({', '.join([mark] * len(values))})", values)
        cursor.close()

    def rows(self, sql):
        if self.system == "duckdb":  # its cursors are sessions of their own
            return self.connection.execute(sql).fetchall()
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def close(self):
        self.connection.close()
