"""Runs one case of tests/projects: copies the project, gives it fresh databases, walks the steps of its case.dvtt."""
import json
import shlex
import shutil
import string

from harness import case_file
from harness.databases import lines_of, run_file_database, run_statements


class CaseFailure(Exception):
    pass


class CaseSkipped(Exception):
    pass


class ProjectCase:
    """One folder with case.dvtt; what it lacks of a project (dbt_project.yml, profiles.yml) comes from tests/projects/defaults. The
    environment of its runs has
    PG_HOST PG_PORT PG_USER PG_DATABASE, PGT_PORT (the second PostgreSQL), MY_HOST MY_PORT MY_USER MY_DATABASE, CASE_DIR, DVT (the program),
    TOXIPROXY and the password as DBT_ENV_SECRET_PASSWORD."""

    def __init__(self, folder, context):
        self.folder, self.context, self.name = folder, context, folder.name
        self.database = "case_" + folder.name
        self.last_output = ""
        self.wrapper = []
        self.completed = {}  # line of a step → (step, its new expectation)

    def run(self, complete=False):
        text = (self.folder / "case.dvtt").read_text()
        steps = case_file.parse(text, self.folder / "case.dvtt")
        self.copy = self.context.scratch(f"projects/{self.name}") / "project"
        shutil.copytree(self.folder.parent / "defaults", self.copy)
        shutil.copytree(self.folder, self.copy, dirs_exist_ok=True)
        self.make_environment()
        used_servers = False
        try:
            for step in steps:
                used_servers = used_servers or step.directive == "require"
                self.step(step, complete)
        finally:
            if used_servers and self.context.servers and not self.context.arguments.keep:
                self.context.databases.drop(self.database)
        if self.completed:
            self.write_expectations(text)

    def make_environment(self):
        servers = self.context.servers
        self.environment = {
            "CASE_DIR": str(self.copy), "DVT": str(self.context.program), "PG_HOST": "127.0.0.1", "MY_HOST": "127.0.0.1", "PG_USER": "dvt", "MY_USER": "dvt",
            "PG_DATABASE": self.database, "MY_DATABASE": self.database,
            "PG_PORT": servers.get("postgres_port", "1"), "PGT_PORT": servers.get("postgres_target_port", "1"),
            "MY_PORT": servers.get("mariadb_port", "1"), "TOXIPROXY": servers.get("DVT_TEST_TOXIPROXY", ""),
            "DBT_ENV_SECRET_PASSWORD": servers.get("password", "no-server-no-password"),
        }

    def step(self, step, complete):
        self.complete = complete
        try:
            getattr(self, "do_" + step.directive)(step)
        except (CaseFailure, CaseSkipped):
            raise
        except Exception as error:
            self.fail(step, f"{type(error).__name__}: {error}")

    def fail(self, step, what):
        where = self.folder.relative_to(self.context.top) / "case.dvtt"
        raise CaseFailure(f"{where}:{step.line}: {step.directive} {step.arguments}\n{what}")

    def do_require(self, step):
        if not self.context.servers:
            raise CaseSkipped("needs servers: " + step.arguments)
        self.context.databases.fresh(self.database)

    def do_env(self, step):
        name, _, value = step.arguments.partition("=")
        self.environment[name] = string.Template(value).safe_substitute(self.environment)

    def do_write(self, step):
        path = self.copy / step.arguments
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(step.text) + "\n")

    def do_shell(self, step):
        outcome = self.context.run(["bash", "-c", step.arguments], cwd=self.copy, environment=self.environment)
        if outcome.code != 0:
            self.fail(step, outcome.output)

    def do_wrap(self, step):
        self.wrapper = shlex.split(step.arguments)
        if self.wrapper and self.context.run([*self.wrapper, "true"], cwd=self.copy, environment=self.environment).code != 0:
            raise CaseSkipped(f"not possible here: {step.arguments}")

    def do_sql(self, step):
        self.statements(step)

    def do_run(self, step):
        self.invoke(step, step.arguments, 0)

    def do_error(self, step):
        code, _, arguments = step.arguments.partition(" ")
        self.invoke(step, arguments, int(code))

    def invoke(self, step, arguments, code):
        words = [string.Template(w).safe_substitute(self.environment) for w in shlex.split(arguments)]
        outcome = self.context.run([*self.wrapper, self.context.program, *words, "--project-dir", self.copy, "--profiles-dir", self.copy],
                                   cwd=self.copy, environment=self.environment)
        self.last_output = outcome.output
        if outcome.code != code:
            self.fail(step, f"exit {outcome.code}, expected {code}\n{outcome.output[-4000:]}")
        if self.environment["DBT_ENV_SECRET_PASSWORD"] in outcome.output:
            self.fail(step, "the password is in the output")
        if step.expected:
            missing = case_file.missing_lines(step.expected, outcome.output)
            if missing is not None:
                self.fail(step, f"not in the output (in this order): {missing}\n{outcome.output[-4000:]}")

    def do_refuse(self, step):
        for line in step.expected or []:
            if case_file.missing_lines([line], self.last_output) is None:
                self.fail(step, f"in the output: {line}\n{self.last_output[-4000:]}")

    def do_query(self, step):
        lines = lines_of(self.statements(step))
        if step.arguments.endswith(" sort"):
            lines.sort()
        self.expect(step, lines)

    def do_artifact(self, step):
        path, json_path, *how = step.arguments.split()
        values = case_file.json_values(json.loads((self.copy / path).read_text()), json_path)
        self.expect(step, sorted(values) if how == ["sort"] else values)

    def expect(self, step, lines):
        if lines == (step.expected or []):
            return
        if self.complete:
            self.completed[step.line] = (step, lines)
            return
        self.fail(step, "expected:\n" + "\n".join(step.expected or []) + "\ngot:\n" + "\n".join(lines))

    def statements(self, step):
        kind, *rest = step.arguments.split()
        sql = string.Template("\n".join(step.text) + "\n").safe_substitute(self.environment)
        if kind in ("sqlite", "duckdb"):
            return run_file_database(kind, self.copy / rest[0], sql)
        databases = self.context.databases
        connection = databases.mysql(self.database) if kind == "mysql" else databases.postgres(self.database, kind == "postgres_target")
        try:
            return run_statements(connection, sql)
        finally:
            connection.close()

    def write_expectations(self, text):
        lines = text.split("\n")
        for step, new in sorted(self.completed.values(), key=lambda pair: -pair[0].line):
            if step.expected_at:
                lines[step.expected_at[0]:step.expected_at[1]] = new
            else:
                end = step.line + len(step.text)
                lines[end:end] = ["----", *new]
        (self.folder / "case.dvtt").write_text("\n".join(lines))
