"""Data sets with their queries, and the check of one deal."""
import json
import pathlib
import re
import subprocess
import threading

import duckdb

from deals.deal import Deal, deal_tables, difference, with_total_order
from deals.random_clauses import random_clauses
from deals.random_shapes import random_shapes
from deals.random_data import NOT_IN, make_random
from deals.random_kinds import KIND_NOT_IN, load_kinds, make_kinds, random_kinds
from deals.random_queries import random_query
from deals.tables import Scanner, columns_of, load_everywhere, make_tpcds, make_tpch
from harness.tpcds import queries as tpcds_queries
from harness.tpcds import with_tpcds

RANDOM = {"random": random_query, "clauses": random_clauses, "shapes": random_shapes, "kinds": random_kinds}  # what → query of a seed
MOST_ROWS = 20_000  # of a random query
MOST_SECONDS = 2
# Small tables are filtered by keys, by lists or temporary tables, and joined in parts, only if they are told to.
SETTINGS = ({"join_memory": "20kB"}, {"join_filter_rows": 0, "join_filter_tables": 1}, {"join_filter_rows": 0}, None)


def found_queries(what):
    path = pathlib.Path(__file__).parent / {"clauses": "found.sql", "kinds": "found_kinds.sql"}.get(what, "")
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return {f"f{number}": line for number, line in enumerate(lines, 1) if line and not line.startswith("--")}


class DataSet:
    """Tables in every database, and queries with the rows that DuckDB alone gives. `folder` keeps the data between runs; the servers
    are loaded anew where they have lost them."""

    def __init__(self, context, what, scale, folder):
        self.context, self.what, self.name = context, what, f"deals_{what}"
        self.folder = pathlib.Path(folder) / f"{what}-{scale}"
        self.not_in = KIND_NOT_IN if what == "kinds" else NOT_IN if what in RANDOM else {}
        self.duck = "duck.duckdb" if what == "kinds" else "data.duckdb"  # what the connection of DuckDB reads
        self.make(scale)
        self.alone = duckdb.connect(str(self.folder / "data.duckdb"), read_only=True)
        self.alone.execute("set TimeZone = 'UTC'")
        self.alone.execute("create temp macro upper_there(x) as replace(upper(x), 'ẞ', 'ß')")
        self.tables = [row[0] for row in self.alone.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        self.known = {}

    def make(self, scale):
        keys, made = self.folder / "keys.json", False
        if not keys.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            maker = {"tpch": make_tpch, "tpcds": make_tpcds, "kinds": make_kinds}.get(self.what, make_random)
            (self.folder / "data.duckdb").unlink(missing_ok=True)
            found = maker(self.context.top, self.folder, scale)
            keys.write_text(json.dumps(found))
            made = True
        if made or not self.is_loaded(scale):
            if self.what == "kinds":
                load_kinds(self.context.databases, self.folder, self.name)
            else:
                load_everywhere(self.context.databases, self.folder, self.name, json.loads(keys.read_text()))
            self.mark_loaded(scale)

    def close(self):
        self.alone.close()
        self.context.databases.drop(self.name)

    def is_loaded(self, scale):
        try:
            with self.context.databases.mysql(self.name) as connection, connection.cursor() as cursor:
                cursor.execute("select scale from dealt")
                return cursor.fetchall() == ((str(scale),),)
        except Exception:  # pylint: disable=broad-except
            return False

    def mark_loaded(self, scale):
        with self.context.databases.mysql(self.name) as connection, connection.cursor() as cursor:
            cursor.execute("create table dealt (scale varchar(20))")
            cursor.execute("insert into dealt values (%s)", (str(scale),))

    def queries(self, number, count):
        """{name: SQL over the bare tables}, in DuckDB's dialect; random ones are those of the deal's number."""
        if self.what in RANDOM:
            return {**found_queries(self.what), **self.random_queries(number * 100_000, count)}
        if self.what == "tpch":
            folder = self.context.top / "tests" / "tpch" / "models"
            return {path.stem: re.sub(r"\{\{ source\('(\w+)', '\1'\) \}\}", r"\1", path.read_text()) for path in sorted(folder.glob("q*.sql"))}
        connection = with_tpcds()
        return {f"q{number:02}": self.settled(text) for number, text in tpcds_queries(connection).items()}

    def random_queries(self, first, count):
        found, seed = {}, first
        while len(found) < count:
            text = RANDOM[self.what](seed)
            watch = threading.Timer(MOST_SECONDS, self.alone.interrupt)
            watch.start()
            try:
                rows = self.alone.execute(f"select * from ({text}) limit {MOST_ROWS + 1}").fetchall()
                if len(rows) <= MOST_ROWS:
                    found[f"r{seed}"] = text
            except duckdb.Error as error:
                if self.what != "kinds" and any(kind in str(error) for kind in ("Binder", "Parser", "Catalog")):
                    raise
            finally:
                watch.cancel()
            seed += 1
        return found

    def settled(self, text):
        columns = len(self.alone.execute(f"describe {text}").fetchall())
        return with_total_order(text, columns)

    def expected(self, name, text, letters="engine"):
        """`letters`: "postgres" where the whole query runs in that system, whose UPPER leaves ß."""
        key = (name, letters)
        if key not in self.known:
            said = text if letters == "engine" else text.replace("upper(", "upper_there(")
            self.known[key] = self.alone.execute(said).fetchall()
        return self.known[key]

    def schema(self):
        return {table: dict(columns_of(self.alone, table)) for table in self.tables}

    def model(self, text):
        return Scanner(set(self.tables)).named(text)


def in_dialect(context, data, texts, dialect):
    """DuckDB's queries as the dialect says them; those that it cannot say are left out."""
    if dialect == "duckdb":
        return texts
    schema, level = data.schema(), "RAISE" if data.what in ("clauses", "shapes", "kinds") else "WARN"
    lines = [json.dumps({"id": name, "read": "duckdb", "write": dialect, "sql": text, "schema": schema, "unsupported_level": level})
             for name, text in texts.items()]
    said = subprocess.run([context.program, "sql", "transpile", "--batch"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          encoding="utf-8", timeout=300, check=False)
    answers = {answer["id"]: answer for answer in map(json.loads, filter(None, said.stdout.split("\n")))}
    return {name: answers[name]["sql"] for name in texts if "sql" in answers.get(name, {})}


def letters_of(model, deal):
    """Whose letters a model has: a target that holds all its tables runs it alone."""
    places = {place for table, place in deal.places.items() if f"source('{table}'" in model}
    return "postgres" if deal.target == "postgres" and places <= {"warehouse"} else "engine"


def check_deal(report, context, data, number, target, only=(), plans=False, queries=0, used=None):
    """Runs the deal; each query is a case of the report. Returns how many were equal, refused, wrong. `used` (Used) is told of it."""
    texts = {name: text for name, text in data.queries(number, queries).items() if not only or name in only}
    said = texts if data.what == "tpch" else in_dialect(context, data, texts, target)
    deal = Deal(context, data, deal_tables(data.tables, number, data.not_in), target,
                transfer=SETTINGS[(number + (target == "postgres")) % len(SETTINGS)])
    outcome = deal.run({name: data.model(text) for name, text in said.items()})
    if used is not None:
        used.add(deal)
    counts = {"equal": 0, "refused": 0, "wrong": 0}
    done = [name for name in said if deal.results.get(name, {}).get("status") == "success"]
    try:
        rows = deal.rows(done)
    except Exception as error:  # pylint: disable=broad-except
        report.failed("deals", f"deal {number} of {data.what}", f"{error}\n{outcome.output[-3000:]}")
        return counts
    for name in said:
        case = f"{data.what} {number} {target}: {name}"
        if name not in rows:
            counts["refused"] += 1
            why = deal.results.get(name, {}).get("message") or outcome.output[-2000:]
        else:
            why = difference(data.expected(name, texts[name], letters_of(data.model(texts[name]), deal)), rows[name])
            counts["wrong" if why else "equal"] += 1
        if why is None:
            report.passed("deals", case)
        else:
            report.failed("deals", case, f"{why}\n{said[name] if data.what in RANDOM else ''}\n{deal.plan(name) if plans else ''}\ntables: {deal.places}")
    return counts
