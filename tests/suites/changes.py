"""Change detection: equal values have equal hashes on every system and on our side; rows are found again by keys of any type; a run
that is killed at any moment never hides a difference. The project is tests/changes."""
import csv
import io
import random
import signal
import subprocess
import time

import psycopg2.extras

from changes import edits, values
from harness.databases import run_file_database, run_statements

NAME, ABOUT, NEEDS = "changes", "hashes are the same everywhere, and what changed is found whatever happens", ["release", "servers"]
ROWS, ROUNDS, KILL_ROUNDS = 3000, 2, 8
TABLES = {"my": "my.changes.f_my", "duck": "duck.main.f_duck", "lite": "lite.main.f_lite", "files": "files.f"}


class Failed(Exception):
    pass


def run(report, context):
    context.databases.fresh("changes")
    project = Project(context)
    cases = [(f"random values {n}", lambda n=n: random_values(project, n)) for n in range(ROUNDS)]
    cases += [(f"special types of {name}", lambda name=name: special_types(project, name)) for name in ("pg", "my")]
    cases += [(f"key {name} {kind}", lambda name=name, kind=kind: keys(project, name, kind)) for name in values.KEYS for kind in values.KEYS[name]]
    cases += [(f"edits {name} {kind}", lambda name=name, kind=kind: edited(project, name, kind)) for name in edits.KINDS for kind in edits.KINDS[name]]
    cases += [(f"kill -9, {KILL_ROUNDS} times", lambda: kills(project))]
    for name, case in cases:
        if not report.wants(name):
            continue
        try:
            report.passed("changes", name, case() or "")
        except Failed as failure:
            report.failed("changes", name, str(failure))
    context.databases.drop("changes")


class Project:
    def __init__(self, context):
        self.context = context
        self.folder = context.scratch("changes")
        (self.folder / "files").mkdir()
        servers = context.servers
        self.environment = {"CASE_DIR": str(self.folder), "PG_PORT": servers["postgres_port"], "PGT_PORT": servers["postgres_target_port"],
                            "MY_PORT": servers["mariadb_port"], "DBT_ENV_SECRET_PASSWORD": servers["password"]}

    def command(self, *arguments):
        top = self.context.top / "tests" / "changes"
        return [str(self.context.program), *arguments, "--project-dir", str(top), "--profiles-dir", str(top), "--target-path",
                str(self.folder / "target"), "--log-path", str(self.folder / "logs")]

    def dvt(self, *arguments):
        outcome = self.context.run(self.command(*arguments), environment=self.environment)
        if outcome.code != 0:
            raise Failed(f"{' '.join(arguments)} ended with {outcome.code}:\n{outcome.output[-3000:]}")
        return outcome.output

    def hashes(self, table, *arguments):
        path = self.folder / "hashes.csv"
        self.dvt("extract", table, "--key", "id", "--hashes", "--output", str(path), *arguments)
        return path.read_text()

    def write(self, name, sql):
        """Statements on one of the systems, by a driver that is not ours."""
        if name in ("lite", "duck"):
            path = self.folder / ("shop.db" if name == "lite" else "shop.duckdb")
            return run_file_database("sqlite" if name == "lite" else "duckdb", path, sql)
        connection = self.context.databases.postgres("changes") if name == "pg" else self.context.databases.mysql("changes")
        try:
            return run_statements(connection, sql)
        finally:
            connection.close()


def random_values(project, seed):
    dice = random.Random(seed)
    connection = project.context.databases.postgres("changes")
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists f; create table f ({values.COLUMNS})")
        psycopg2.extras.execute_values(cursor, "insert into f values %s", [values.row(dice, n) for n in range(ROWS)])
    connection.close()
    project.dvt("run", "--select", "f_my", "f_duck", "f_lite")
    project.dvt("extract", "pg.public.f", "--output", str(project.folder / "files" / "f.parquet"))
    expected = project.hashes("pg.public.f")
    if expected.count("\n") < ROWS:
        raise Failed("rows are missing")
    for name, table in TABLES.items():
        found = project.hashes(table)
        if found != expected:
            lost = [a for a, b in zip(expected.split("\n"), found.split("\n")) if a != b]
            raise Failed(f"{name}: {len(lost)} of {ROWS} hashes differ from those of PostgreSQL, the first: {lost[:3]}")
    return f"{ROWS} rows of 20 columns on PostgreSQL, MariaDB, DuckDB, SQLite and from Parquet"


def special_types(project, name):
    kind = {"pg": "postgres", "my": "mysql"}[name]
    project.write(name, "drop table if exists special;\n" + (project.context.top / "tests" / "changes" / f"{kind}.sql").read_text())
    columns = [column for column, in project.write(name, "select column_name from information_schema.columns where table_name = 'special' "
                                                   f"and table_schema = '{'public' if name == 'pg' else 'changes'}' and column_name <> 'id'")]
    table = {"pg": "pg.public.special", "my": "my.changes.special"}[name]
    for column in columns:
        path = project.folder / "files" / "special.parquet"
        project.dvt("extract", table, "--columns", "id", "--columns", column, "--output", str(path))
        if project.hashes(table, "--columns", "id", "--columns", column) != project.hashes("files.special"):
            raise Failed(f"column {column}: the hashes of the server and ours differ")
    return f"{len(columns)} types hashed by the server as on our side"


def keys(project, name, kind):
    texts = values.KEYS[name][kind]
    table = {"pg": "pg.public.keyed", "my": "my.changes.keyed", "lite": "lite.main.keyed", "duck": "duck.main.keyed"}[name]
    for other in ("", "z int not null, "):
        last = len(texts) - 1
        rows = ", ".join(f"({f'{n}, ' if other else ''}{text}, {n})" for n, text in enumerate(texts[:last]))
        project.write(name, f"drop table if exists keyed;\ncreate table keyed ({other}k {kind} not null, v int);\ninsert into keyed values {rows};")
        key = ["--key", "z,k" if other else "k"]
        first = project.dvt("extract", table, "--changes", "--full-refresh", *key)
        project.write(name, f"update keyed set v = v + 10 where v < {last - 1};\ndelete from keyed where v = {last - 1};\n"
                            f"insert into keyed values ({'9, ' if other else ''}{texts[last]}, 7);")
        then = project.dvt("extract", table, "--changes", *key)
        counts = [first.count("\ninserted,"), then.count("\nchanged,"), then.count("\ninserted,"), then.count("\ndeleted,")]
        if counts != [last, last - 1, 1, 1]:
            raise Failed(f"key ({other}k {kind}): {counts} instead of {[last, last - 1, 1, 1]}\n{first}\n{then}")


def edited(project, name, kind):
    """What `dvt extract --changes` finds after each edit is what a comparison of all rows finds."""
    table, dvt_table = edits.Table(kind, 17), {"pg": "pg.public.edited", "my": "my.changes.edited", "lite": "lite.main.edited", "duck": "duck.main.edited"}[name]
    project.write(name, f"drop table if exists edited;\ncreate table edited ({table.definition()});\n" + "\n".join(table.insert(range(1, edits.ROWS))))
    arguments = ["--key", ",".join(table.columns()), "--output", str(project.folder / "changes.csv")]
    project.dvt("extract", dvt_table, "--changes", "--full-refresh", *arguments)
    for step, edit in enumerate(edits.EDITS):
        before = dict(table.rows)
        statements = table.edit(edit)
        if statements:
            project.write(name, "\n".join(statements))
        project.dvt("extract", dvt_table, "--changes", *arguments)
        found = sorted(tuple(row[:1 + len(table.columns())]) for row in list(csv.reader(io.StringIO((project.folder / "changes.csv").read_text())))[1:])
        after = table.rows
        expected = sorted([("inserted", *key) for key in after if key not in before] + [("deleted", *key) for key in before if key not in after]
                          + [("changed", *key) for key in after if key in before and after[key] != before[key]])
        if found != expected:
            raise Failed(f"step {step}, {edit}: missing {sorted(set(expected) - set(found))[:5]}, wrong {sorted(set(found) - set(expected))[:5]}")
    return f"{len(edits.EDITS)} edits of {edits.ROWS} rows"


def kills(project):
    project.write("pg", "drop table if exists followed;\ncreate table followed (id int primary key, a text, b float8);\n"
                        "insert into followed select i, 'x' || i, i / 3.0 from generate_series(1, 20000) i;")
    started = time.perf_counter()
    project.dvt("run", "--select", "followed_copy")
    whole, dice, killed = time.perf_counter() - started, random.Random(3), 0
    for number in range(KILL_ROUNDS):
        for _ in range(dice.randint(1, 3)):
            count = dice.choice([5, 50, 3000])
            project.write("pg", f"update followed set a = 'r{number}' where id in (select id from followed order by random() limit {count});\n"
                                f"delete from followed where id in (select id from followed order by random() limit {count // 2});\n"
                                f"insert into followed select (random() * 40000)::int, 'new', 0.1 from generate_series(1, {count}) on conflict do nothing;")
            killed += killed_after(project, dice.uniform(0.02, whole))
        project.dvt("run", "--select", "followed_copy")
        digest = "select count(*), md5(string_agg(id || a || b, ',' order by id)) from "
        target = project.context.databases.postgres("changes", target=True)
        rows = run_statements(target, digest + "followed_copy")
        target.close()
        if rows != project.write("pg", digest + "followed"):
            raise Failed(f"after round {number} the target is not the source")
    return f"{killed} runs were killed"


def killed_after(project, seconds):
    process = subprocess.Popen(project.command("run", "--select", "followed_copy"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env={**project.context.environment, **project.environment})
    try:
        process.wait(seconds)
        return 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return 1
