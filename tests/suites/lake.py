"""The lakehouse layer against Iceberg's own REST catalog, beside PyIceberg: what one writes the other reads."""
import importlib.util
import itertools
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

NAME, ABOUT, NEEDS = "lake", "Iceberg tables and catalogs, beside PyIceberg", ["release", "servers"]


class Lake:
    """dvt and PyIceberg on one catalog."""

    def __init__(self, context, settings, scratch):
        from pyiceberg.catalog import load_catalog

        self.context, self.scratch = context, scratch
        self.uri, self.credential = settings["DVT_LAKE_URI"], settings["DVT_LAKE_CREDENTIAL"]
        self.environment = dict(settings)
        self.peer_catalog = load_catalog("peer", type="rest", uri=self.uri, credential=self.credential, scope="PRINCIPAL_ROLE:ALL")
        self.space = f"tests_{os.getpid()}"  # files of an earlier run's tables would be litter
        self.peer_catalog.create_namespace(self.space)
        self._numbers = itertools.count()

    def dvt(self, *arguments, environment=None, fails=None):
        """All output, of JSON standard output alone; with `fails`, that of a call that must fail with that text."""
        outcome = self.context.run([self.context.program, "lake", *arguments], environment={**self.environment, **(environment or {})}, timeout=120,
                                   errors_last="json" in arguments)
        if fails is None and outcome.code != 0:
            raise AssertionError(f"dvt lake {' '.join(map(str, arguments))}: exit {outcome.code}\n{outcome.output}")
        if fails is not None and (outcome.code == 0 or fails not in outcome.output):
            raise AssertionError(f"dvt lake {' '.join(map(str, arguments))}: exit {outcome.code}, expected a failure with '{fails}'\n{outcome.output}")
        return outcome.output

    def fresh(self, name):
        return f"{self.space}.{name}"

    def table(self, name, schema, properties=None):
        full = self.fresh(name)
        self.peer_catalog.create_table(full, schema=schema, properties=properties or {})
        return full

    def peer(self, name):
        return self.peer_catalog.load_table(name)

    def write(self, table):
        import pyarrow.ipc

        path = self.scratch / f"rows_{next(self._numbers)}.arrow"
        with pyarrow.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=70)
        return path

    def append(self, name, table, *arguments, fails=None):
        return self.dvt("append", name, self.write(table), *arguments, fails=fails)

    def scan(self, name, *arguments):
        import pyarrow.ipc

        path = self.scratch / f"scan_{next(self._numbers)}.arrow"
        self.dvt("scan", name, "--file", path, *arguments)
        with pyarrow.ipc.open_stream(path) as reader:
            return reader.read_all()

    def files(self, name, *arguments):
        import json

        return json.loads(self.dvt("files", name, "--output", "json", *arguments))["files"]

    def partitions_of(self, name):
        """Each partition's value and its rows."""
        rows = {}
        for task in self.peer(name).scan().plan_files():
            rows[str(task.file.partition)] = rows.get(str(task.file.partition), 0) + task.file.record_count
        return rows

    @staticmethod
    def path(location):
        return re.sub("^file:/+", "/", location)

    def folder(self, name):
        return pathlib.Path(self.path(self.peer(name).location()))

    def no_litter(self, name):
        """Every data file and manifest on disk belongs to a snapshot."""
        table = self.peer(name)
        used = set()
        for snapshot in table.metadata.snapshots:
            used.add(snapshot.manifest_list)
            for manifest in snapshot.manifests(table.io):
                used.add(manifest.manifest_path)
                used.update(entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=False))
        used = {self.path(path) for path in used}
        there = {str(path) for path in self.folder(name).rglob("*") if path.suffix in (".avro", ".parquet")}
        if there - used:
            raise AssertionError(f"files that nothing refers to: {sorted(there - used)}")

    def nothing_written(self, name, snapshots):
        if len(self.peer(name).metadata.snapshots) != snapshots:
            raise AssertionError(f"{len(self.peer(name).metadata.snapshots)} snapshots instead of {snapshots}")
        self.no_litter(name)

    def fault(self, query):
        self.no_faults()
        urllib.request.urlopen(urllib.request.Request(f"{self.uri}/faults?{query}", method="POST"), timeout=10).read()

    def no_faults(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.uri}/faults", method="DELETE"), timeout=10).read()

    @staticmethod
    def break_file(path, change):
        if change is None:
            os.remove(path)
        else:
            content = pathlib.Path(path).read_bytes()
            pathlib.Path(path).write_bytes(change(content))


def start(context, report):
    done = subprocess.run(["./dev", "servers", "start", "lake"], cwd=context.top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0 and not (context.top / ".deps" / "iceberg").exists():
        report.skipped("lake", "all", "Iceberg's catalog server is not to be had on this machine: " + (done.stdout.strip().splitlines() or [""])[-1])
        return None
    if done.returncode != 0:
        report.failed("lake", "start of the catalog", done.stdout[-4000:])
        return None
    settings = {}
    for line in (context.top / ".servers-lake" / "env").read_text().splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        settings[name] = value
    return settings


def run(report, context):
    if importlib.util.find_spec("pyiceberg") is None:
        report.skipped("lake", "all", "PyIceberg is not installed: ./dev setup")
        return
    was_running = (context.top / ".servers-lake" / "env").exists()
    settings = start(context, report)
    if settings is None:
        return
    sys.path.insert(0, str(context.top / "tests" / "lake"))
    import away_cases
    import bad_input_cases
    import cases
    import cloud_cases
    import column_cases
    import credential_cases
    import delete_cases
    import header_cases
    import kit_cases
    import lost_answer_cases
    import manifest_cases
    import merge_cases
    import peer_cases
    import project_cases
    import random_cases
    import store_cases
    import telemetry_cases

    lake = Lake(context, settings, context.scratch("lake"))
    try:
        suite = [cases, column_cases, bad_input_cases, delete_cases, header_cases, merge_cases, credential_cases, cloud_cases, peer_cases, project_cases, random_cases, store_cases, telemetry_cases, lost_answer_cases, manifest_cases, away_cases, kit_cases]
        for name, case in [each for module in suite for each in module.CASES]:
            if not report.wants(name):
                continue
            began = time.time()
            try:
                lake.no_faults()
                counted = case(lake)
                report.passed("lake", name, f"{time.time() - began:.1f} s" + (f"; {counted}" if counted else ""))
            except peer_cases.Missing as missing:
                report.skipped("lake", name, str(missing))
            except Exception as error:  # whatever a case meets is its failure
                report.failed("lake", name, f"{type(error).__name__}: {error}", trace=not isinstance(error, AssertionError))
    finally:
        if not was_running and not context.arguments.keep:
            subprocess.run(["./dev", "servers", "stop", "lake"], cwd=context.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
