"""dbt-core's programmatic runner, played by the program: each invocation is a process, and results are read from its artifacts."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import tempfile
from datetime import datetime, timezone
from types import SimpleNamespace
from unittest import mock

import agate
import freezegun
import yaml
from dbt.adapters.factory import FACTORY
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.results import FreshnessStatus, RunStatus, TestStatus
from dbt.cli.exceptions import DbtUsageException
from dbt.contracts.graph.manifest import Manifest
from dbt.exceptions import CompilationError, DbtProfileError, DbtProjectError, ParsingError
from dbt.materializations.incremental.microbatch import MicrobatchBuilder
from dbt_common.exceptions import DbtDatabaseError
from dbt_common.events import functions as events

PROGRAM = os.environ.get("DVT_PROGRAM") or str(pathlib.Path(__file__).parents[2] / "build" / "dev" / "dvt")
TIMEOUT = 120


class DvtError(CompilationError, ParsingError, DbtDatabaseError, DbtProjectError, DbtProfileError):
    """What the program said on standard error. It has one kind of error text, so this stands for every class of dbt-core."""

    def __init__(self, text):
        super().__init__(text)
        self.text = text

    def __str__(self):
        return self.text


class DvtUsageError(DbtUsageException):
    pass


@dataclasses.dataclass
class Outcome:
    """The fields of dbt-core's dbtRunnerResult."""

    success: bool
    exception: BaseException | None = None
    result: object = None


class Results(list):
    """A sequence of node results that also has the attributes of dbt-core's execution results."""

    def __init__(self, results, elapsed_time=0.0, args=None):
        super().__init__(results)
        self.elapsed_time = elapsed_time
        self.args = args or {}

    @property
    def results(self):
        return self


def option(args, *names):
    for at, word in enumerate(args):
        for name in names:
            if word == name and at + 1 < len(args):
                return args[at + 1]
            if word.startswith(name + "="):
                return word[len(name) + 1 :]
    return None


def command_of(args):
    words = [word for word in args if word in COMMANDS]
    return words[0] if words else ""


COMMANDS = [
    "build", "clean", "clone", "compile", "debug", "deps", "docs", "init", "list", "ls", "parse", "plan", "retry", "run",
    "run-operation", "seed", "show", "snapshot", "source", "test",
]  # fmt: skip


def target_folder(args):
    project = pathlib.Path(option(args, "--project-dir") or os.getcwd())
    given = option(args, "--target-path") or os.environ.get("DBT_TARGET_PATH")
    if not given:
        try:
            given = (yaml.safe_load((project / "dbt_project.yml").read_text()) or {}).get("target-path")
        except (OSError, yaml.YAMLError, AttributeError):
            given = None
    return project / (given or "target")


def read_manifest(folder):
    path = folder / "manifest.json"
    if not path.exists():
        return None
    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(path)))


def node_of(manifest, unique_id):
    if manifest is not None:
        for nodes in (manifest.nodes, manifest.sources, manifest.unit_tests, manifest.functions):
            if unique_id in nodes:
                return nodes[unique_id]
    kind, package, *rest = unique_id.split(".")
    return SimpleNamespace(unique_id=unique_id, name=".".join(rest), package_name=package, resource_type=kind)


def status_of(text, kind):
    if text == "success":
        return RunStatus.Success
    return {"test": TestStatus, "unit_test": TestStatus, "source": FreshnessStatus}.get(kind, RunStatus)(text)


def with_compiled(node, row):
    for key in ("compiled_code", "compiled", "relation_name"):
        if row.get(key) is not None:
            setattr(node, key, row[key])
    return node


def node_results(path, manifest):
    artifact = json.loads(path.read_text())
    results = []
    for row in artifact["results"]:
        kind = row["unique_id"].split(".")[0]
        result = SimpleNamespace(**{**row, "status": status_of(row["status"], kind), "agate_table": None})
        result.node = with_compiled(node_of(manifest, row["unique_id"]), row)
        result.skipped = row["status"] == "skipped"
        results.append(result)
    return Results(results, artifact.get("elapsed_time", 0.0), artifact.get("args"))


class DvtRunner:
    """Takes the place of dbt.cli.main.dbtRunner."""

    def __init__(self, manifest=None, callbacks=None):
        self.callbacks = callbacks or []

    def invoke(self, args, **_):
        args = [str(word) for word in args]
        forget_connections()
        folder = target_folder(args)
        before = {name: changed(folder / name) for name in ("run_results.json", "sources.json", "catalog.json")}
        with tempfile.TemporaryDirectory() as logs:
            words = [PROGRAM, *args, *extra(args), *(["--log-path", logs, "--log-format-file", "json"] if self.callbacks else [])]
            done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT, env={**os.environ, **clock()})
            for line in (pathlib.Path(logs) / "dbt.log").read_text().splitlines() if self.callbacks else []:
                for callback in self.callbacks:
                    callback(json.loads(line, object_hook=lambda pairs: SimpleNamespace(**pairs)))
        print(done.stdout)
        print(done.stderr)
        if (stream := events.get_capture_stream()) is not None:
            stream.write(done.stdout + done.stderr)
        fresh = {name for name, time in before.items() if changed(folder / name) != time}
        if done.returncode not in (0, 1) or (done.returncode == 1 and command_of(args) != "debug" and not fresh):
            return Outcome(False, exception=error_of(done))
        return Outcome(done.returncode == 0, result=self.result_of(command_of(args), args, folder, fresh, done))

    def result_of(self, command, args, folder, fresh, done):
        if command in ("ls", "list"):
            return [line for line in done.stdout.splitlines() if line.strip()]
        if command == "debug":
            return done.returncode == 0
        if command == "docs":
            return CatalogArtifact.from_dict(json.loads((folder / "catalog.json").read_text()))
        manifest = read_manifest(folder)
        if command == "parse":
            return manifest
        if command == "source" and "sources.json" in fresh:
            return node_results(folder / "sources.json", manifest)
        if "run_results.json" in fresh:
            results = node_results(folder / "run_results.json", manifest)
            return shown(results, done.stdout) if command == "show" else results
        return Results([])


def clock():
    """The time that a test has set for this process, as a variable for the program's."""
    if isinstance(MicrobatchBuilder.build_end_time, mock.Mock):
        return {"DVT_NOW": MicrobatchBuilder.build_end_time.return_value.isoformat()}
    return {"DVT_NOW": datetime.now(timezone.utc).isoformat()} if freezegun.api.freeze_factories else {}


def extra(args):
    """Rows of `show` are read from its JSON."""
    return ["--output", "json"] if command_of(args) == "show" and option(args, "--output") is None else []


def shown(results, text):
    rows = json.loads(text[text.index("{") :])["show"] if results else []
    for result in results:
        result.agate_table = agate.Table.from_object(rows)
    return results


def changed(path):
    return path.stat().st_mtime_ns if path.exists() else None


def error_of(done):
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr or done.stdout)
    if re.search(r"argument was not expected|is required|no command|requires an argument|Invalid value for", text):
        return DvtUsageError(text)
    return DvtError(text)


def forget_connections():
    """As after a run of dbt, the test gets new connections. One process at a time may have a DuckDB file open: it is let go."""
    for adapter in FACTORY.adapters.values():
        adapter.cleanup_connections()
        adapter.connections.set_connection_name("test")
        if adapter.type() == "duckdb" and adapter.connections._ENV is not None:
            adapter.connections._ENV.close()
            type(adapter.connections)._ENV = None
