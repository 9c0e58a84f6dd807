"""Every connector × type × {read, write, NULL, extremes}: tests/conformance/<connector>.toml.

[[read]]  a column of `type` in the connector's database, one row a value (literals of its SQL); a model copies it into DuckDB;
          there, cast to text, each must be `shows` (default: the literal itself), and a NULL must stay NULL.
[[write]] the same from a DuckDB column of `type` into the connector's database, read back by a driver that is not ours, as text.
`warns` = a warning code that the run must tell for this model; `fails` = a text that its error must hold (then nothing is compared)."""
import shutil
import tomllib

from harness.databases import run_file_database, run_statements, text_of

NAME, ABOUT, NEEDS = "conformance", "connector × type × read, write, NULL, extremes", ["release", "servers"]

TEXT_CASTS = {"postgres": "cast(v as text)", "mysql": "cast(v as char)", "sqlite": "v", "duckdb": "cast(v as varchar)"}
OUTPUTS = {"postgres": "pg", "mysql": "my", "sqlite": "lite", "duckdb": "other"}
SCHEMAS = {"postgres": "public", "mysql": "conformance", "sqlite": "main", "duckdb": "main"}


def run(report, context):
    context.databases.fresh("conformance")
    for path in sorted((context.top / "tests" / "conformance").glob("*.toml")):
        spec = tomllib.loads(path.read_text())
        for direction in ("read", "write"):
            entries = [(f"{direction[0]}{n:02}", e) for n, e in enumerate(spec.get(direction, []), 1)]
            if entries:
                Direction(report, context, spec["connector"], direction, entries).run()
    context.databases.drop("conformance")


class Direction:
    """All types of one connector in one direction: one project, one run, one case a type."""

    def __init__(self, report, context, connector, direction, entries):
        self.report, self.context, self.connector, self.direction, self.entries = report, context, connector, direction, entries
        self.folder = context.scratch(f"conformance/{connector}-{direction}")
        shutil.copytree(context.top / "tests" / "projects" / "defaults", self.folder, dirs_exist_ok=True)
        reading = direction == "read"
        self.source, self.target = (connector, "duckdb") if reading else ("duckdb", connector)
        # DuckDB to DuckDB needs two files.
        self.source_file, self.target_file = ("other.duckdb", "shop.duckdb") if reading else ("shop.duckdb", "other.duckdb")
        self.target_output = "duck" if reading else OUTPUTS[connector]
        self.source_output = OUTPUTS[connector] if reading else "duck"

    def run(self):
        made = [(name, entry) for name, entry in self.entries if self.make_table(name, entry)]
        self.write_project(made)
        servers = self.context.servers
        environment = {"PG_PORT": servers["postgres_port"], "PGT_PORT": servers["postgres_target_port"], "MY_PORT": servers["mariadb_port"],
                       "PG_USER": "dvt", "MY_USER": "dvt", "PG_DATABASE": "conformance", "MY_DATABASE": "conformance",
                       "DBT_ENV_SECRET_PASSWORD": servers["password"]}
        outcome = self.context.dvt("run", "--target", self.target_output, "--project-dir", self.folder, "--profiles-dir", self.folder,
                                   cwd=self.folder, environment=environment)
        for name, entry in made:
            self.check(name, entry, outcome.output)

    def title(self, entry):
        return f"{self.connector} {self.direction} {entry['type']}"

    def make_table(self, name, entry):
        rows = ", ".join(f"({n}, {literal})" for n, literal in enumerate([*entry["values"], "null"]))
        sql = f"create table {name} (id integer, v {entry['type']});\ninsert into {name} values {rows};\n"
        try:
            self.statements(self.source, self.source_file, sql)
            return True
        except Exception as error:
            self.report.failed("conformance", self.title(entry), f"the case itself: {error}")
            return False

    def write_project(self, entries):
        models = self.folder / "models"
        models.mkdir()
        tables = ", ".join(f"{{name: {name}}}" for name, _ in entries)
        schema = SCHEMAS[self.source]
        (models / "sources.yml").write_text(
            f"version: 2\nsources:\n  - {{name: types, connection: {self.source_output}, schema: {schema}, tables: [{tables}]}}\n")
        for name, _ in entries:
            (models / f"copy_{name}.sql").write_text(f"select id, v from {{{{ source('types', '{name}') }}}}\n")

    def check(self, name, entry, output):
        title = self.title(entry)
        about = "\n".join(line for line in output.split("\n") if f"copy_{name}" in line) or output[-1500:]
        if "fails" in entry:
            self.verdict(title, entry["fails"] in output, f"no error with {entry['fails']!r}\n{about}")
            return
        cast = TEXT_CASTS[self.target]
        try:
            rows = self.statements(self.target, self.target_file, f"select {cast} from copy_{name} order by id;\n")
        except Exception as error:
            self.report.failed("conformance", title, f"{error}\n{about}")
            return
        got = [text_of(value) for value, in rows]
        expected = [*entry.get("shows", [bare(v) for v in entry["values"]]), "NULL"]
        if got != expected:
            self.report.failed("conformance", title, f"expected {expected}\ngot      {got}")
        else:
            self.verdict(title, entry.get("warns", "") in output, f"no warning {entry.get('warns')}")

    def verdict(self, title, good, detail):
        if good:
            self.report.passed("conformance", title)
        else:
            self.report.failed("conformance", title, detail)

    def statements(self, kind, file, sql):
        if kind == "sqlite":
            return run_file_database("sqlite", self.folder / "shop.db", sql)
        if kind == "duckdb":
            return run_file_database("duckdb", self.folder / file, sql)
        databases = self.context.databases
        connection = databases.mysql("conformance") if kind == "mysql" else databases.postgres("conformance")
        try:
            return run_statements(connection, sql)
        finally:
            connection.close()


def bare(literal):
    """A literal's own text: quotes off, doubled quotes single."""
    if literal.startswith("'") and literal.endswith("'"):
        return literal[1:-1].replace("''", "'")
    return literal
