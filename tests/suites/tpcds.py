"""The 99 TPC-DS queries, written in every dialect and read back: each dialect prints what it reads unchanged, and what comes back into
DuckDB gives the rows of the query itself. Generated SQL only: the other systems are not asked."""
import json
import subprocess

from harness.tpcds import queries, with_tpcds

NAME, ABOUT, NEEDS = "tpcds", "99 TPC-DS queries through every dialect and back give DuckDB's rows", ["release"]
SCALE = 0.05
DIALECTS = ("bigquery", "clickhouse", "databricks", "duckdb", "hive", "mysql", "oracle", "postgres", "redshift", "singlestore", "snowflake", "spark",
            "sqlite", "trino", "tsql")
DIGITS = 9  # of floating sums, whose order is not fixed


def run(report, context):
    connection = with_tpcds()
    connection.execute(f"call dsdgen(sf={SCALE})")
    texts = queries(connection)
    schema = {}
    for table, column, kind in connection.execute("select table_name, column_name, data_type from duckdb_columns() where not internal").fetchall():
        schema.setdefault(table, {})[column] = kind
    rows = {number: comparable(connection.execute(text).fetchall()) for number, text in texts.items()}
    for dialect in DIALECTS:
        if report.wants(dialect):
            problems = trip(context, connection, schema, dialect, texts, rows)
            if problems:
                report.failed("tpcds", dialect, "\n".join(problems))
            else:
                report.passed("tpcds", dialect, f"{len(texts)} queries")


def trip(context, connection, schema, dialect, texts, rows):
    """What went wrong between DuckDB, `dialect` and DuckDB."""
    problems = []
    there = translated(context, schema, "duckdb", dialect, texts, problems)
    settled = translated(context, {}, dialect, dialect, there, problems)
    for number, text in translated(context, {}, dialect, dialect, settled, problems).items():
        if text != settled[number]:
            problems.append(f"{number}: printed twice it changes\n{settled[number]}\n{text}")
    for number, text in translated(context, schema, dialect, "duckdb", settled, problems).items():
        try:
            got = comparable(connection.execute(text).fetchall())
        except Exception as error:  # pylint: disable=broad-except
            problems.append(f"{number}: DuckDB refuses it: {error}\n{text}")
            continue
        if got != rows[number]:
            problems.append(f"{number}: other rows ({len(got)}, not {len(rows[number])})\n{text}")
    return problems


def translated(context, schema, read, write, texts, problems):
    lines = [json.dumps({"id": number, "read": read, "write": write, "sql": text, "schema": schema}) for number, text in texts.items()]
    said = subprocess.run([context.program, "sql", "transpile", "--batch"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          encoding="utf-8", timeout=120, check=False)
    answers = {answer["id"]: answer for answer in map(json.loads, filter(None, said.stdout.split("\n")))}
    problems += [f"{number}: {read} to {write}: {answers.get(number, {}).get('error', 'no answer')}" for number in texts
                 if "sql" not in answers.get(number, {})]
    return {number: answers[number]["sql"] for number in texts if "sql" in answers.get(number, {})}


def comparable(rows):
    return sorted((tuple(plain(value) for value in row) for row in rows), key=repr)


def plain(value):
    try:
        return None if value is None else f"{float(value):.{DIGITS}g}"
    except (TypeError, ValueError):
        return str(value)
