"""Iceberg tables: TPC-H lineitem (scale 1, 6 M rows; DVT_BENCH_SCALE) written and read by dvt and by PyIceberg in the same run, on Iceberg's REST
catalog and local files. Appends are those of both Python packages, by one script: the same reader, the same table in memory, and what is timed is
the call of append alone; but by month PyIceberg gets its rows in memory beforehand, since it cannot stream into partitions. Scans are of a loaded
table, batch by batch to nowhere, and of a month into memory. Peaks are of whole processes, with Python. CPU seconds are the better figure on a busy
machine."""
import itertools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import types
import zipfile

from harness.wheel import build_wheel
from measure import measure, print_table

SCALE = os.environ.get("DVT_BENCH_SCALE", "1")
PEAK_GOAL_MB = 250
# What; which way of PyIceberg it is compared with; part of its time.
GOALS = {"append, stream": 0.5, "append, in memory": 0.7, "append by month": 0.4, "scan": 0.8, "two columns, one month": 1.0}
STREAMING = {"append, stream", "append by month", "scan"}

# One process a measurement. The file is read (not mapped), so that its pages are in nobody's memory.
SIDES = """
import json, re, resource, sys, time
import pyarrow as pa, pyarrow.ipc
side, what, name, path, uri, credential = sys.argv[1:]
by_month = what == "append by month"
with pa.ipc.open_stream(pa.OSFile(path)) as reader:
    schema = reader.schema
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
if side == "dvt":
    import dvt
    catalog = dvt.Catalog(uri, credential=credential)
    if what.startswith("append"):
        table = catalog.create_table(name, schema, partition_by="month(l_shipdate)" if by_month else "")
    streams = what != "append, in memory"
else:
    from pyiceberg.catalog import load_catalog
    from pyiceberg.transforms import MonthTransform
    catalog = load_catalog("peer", type="rest", uri=uri, credential=credential, scope="PRINCIPAL_ROLE:ALL")
    if what.startswith("append"):
        table = catalog.create_table(name, schema=schema)
        if by_month:
            with table.update_spec() as update:
                update.add_field("l_shipdate", MonthTransform(), "month")
            table = catalog.load_table(name)
    streams = what == "append, stream"
size = 0
if what.startswith("append"):
    rows = None if streams else pa.ipc.open_stream(pa.OSFile(path)).read_all()
    cpu, began = used(), time.perf_counter()
    written = table.append(pa.ipc.open_stream(pa.OSFile(path)) if streams else rows)
    seconds, cpu = time.perf_counter() - began, used() - cpu
    size = written.bytes if side == "dvt" else int(table.current_snapshot().summary["added-files-size"])
else:
    table = catalog.load_table(name)
    cpu, began = used(), time.perf_counter()
    month, two = "l_shipdate >= '1995-03-01' and l_shipdate < '1995-04-01'", ("l_orderkey", "l_extendedprice")
    if what == "scan":
        found = sum(batch.num_rows for batch in (table.scan().to_reader() if side == "dvt" else table.scan().to_arrow_batch_reader()))
    else:
        found = (table.scan(columns=two, where=month) if side == "dvt" else table.scan(row_filter=month, selected_fields=two)).to_arrow().num_rows
    seconds, cpu = time.perf_counter() - began, used() - cpu
# ru_maxrss would begin with what the parent had when it forked.
peak = int(re.search(r"VmHWM:[^0-9]*([0-9]+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "written": size / 1e6}))
"""


def rows_file(setting):
    path = setting.folder / f"lineitem-{SCALE}.arrow"
    if not path.exists():
        import pyarrow
        import pyarrow.ipc
        import pyarrow.parquet

        subprocess.run([pathlib.Path(sys.executable).parent / "tpchgen-cli", "parquet", "-s", SCALE, "--tables", "lineitem", "--output-dir", setting.folder],
                       check=True, capture_output=True)
        parquet = pyarrow.parquet.ParquetFile(setting.folder / "lineitem.parquet")
        plain = pyarrow.schema([field.with_type(pyarrow.string()) if pyarrow.types.is_string_view(field.type) else field for field in parquet.schema_arrow.remove_metadata()])
        with pyarrow.ipc.new_stream(str(path) + ".part", plain) as writer:
            for batch in parquet.iter_batches(65536):
                writer.write_batch(pyarrow.record_batch([column.cast(field.type) for column, field in zip(batch.columns, plain)], schema=plain))
        os.remove(setting.folder / "lineitem.parquet")
        os.rename(str(path) + ".part", path)
    return path


class Catalog:
    def __init__(self, setting):
        self.setting = setting
        subprocess.run(["./dev", "servers", "start", "lake"], cwd=setting.top, check=True, stdout=subprocess.DEVNULL)
        self.environment = {}
        for line in (setting.top / ".servers-lake" / "env").read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.environment[name] = value
        self.space = f"bench_{os.getpid()}"
        self.dvt("namespace", "create", self.space)
        self.numbers = itertools.count()

    def dvt(self, *arguments):
        return measure([self.setting.program, "lake", *arguments], environment=self.environment)

    def name(self):
        return f"{self.space}.t{next(self.numbers)}"

    def drop(self, name):
        self.dvt("table", "drop", name, "--purge")

    def side(self, side, what, name, path):
        """Seconds, CPU seconds, peak MB and MB written of one measurement."""
        done = subprocess.run([sys.executable, "-c", SIDES, side, what, name, str(path), self.environment["DVT_LAKE_URI"], self.environment["DVT_LAKE_CREDENTIAL"]],
                              env={**os.environ, "PYTHONPATH": str(self.setting.folder / "python")}, stdout=subprocess.PIPE, check=True, text=True)
        found = json.loads(done.stdout.strip().splitlines()[-1])
        return found["seconds"], found["cpu"], found["peak"], found["written"]


def python_package(setting):
    """dvt's, unpacked in the benchmark's folder."""
    def run(command, cwd, timeout):
        done = subprocess.run(list(map(str, command)), cwd=cwd, timeout=timeout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return types.SimpleNamespace(code=done.returncode, output=done.stdout)

    for old in setting.folder.glob("dvt-*.whl"):
        old.unlink()
    wheel, step, output = build_wheel(run, setting.top, "release", setting.folder)
    if wheel is None:
        sys.exit(f"{step}:\n{output[-4000:]}")
    shutil.rmtree(setting.folder / "python", ignore_errors=True)
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(setting.folder / "python")


def once(catalog, side, what, path, table):
    """A table that was made goes away again."""
    if not what.startswith("append"):
        return catalog.side(side, what, table, path)
    name = catalog.name()
    found = catalog.side(side, what, name, path)
    catalog.drop(name)
    return found


def run(setting):
    was_running = (setting.top / ".servers-lake" / "env").exists()
    path = rows_file(setting)
    python_package(setting)
    print(f"lake: lineitem of scale {SCALE}, {path.stat().st_size / 1e6:,.0f} MB of Arrow batches; PyIceberg beside", flush=True)
    catalog = Catalog(setting)
    goals, rows = [], []
    try:
        table = catalog.name()
        catalog.dvt("append", table, path, "--create")
        for what, goal in GOALS.items():
            ours, theirs = [], []
            for _ in range(setting.rounds):
                theirs.append(once(catalog, "PyIceberg", what, path, table))
                ours.append(once(catalog, "dvt", what, path, table))
            (seconds, cpu, _, written), (peer_seconds, peer_cpu, _, peer_written) = ([statistics.median(each) for each in zip(*side)] for side in (ours, theirs))
            peak, peer_peak = (max(each[2] for each in side) for side in (ours, theirs))
            ratio = seconds / peer_seconds
            goals.append({"what": what, "value": ratio, "goal": goal, "met": ratio <= goal})
            row = [what, f"{seconds:.2f} s", f"{peer_seconds:.2f} s", f"{ratio:.2f}", f"≤ {goal}", "met" if ratio <= goal else "MISSED", f"{cpu:.2f} s", f"{peer_cpu:.2f} s", f"{cpu / peer_cpu:.2f}",
                   f"{written:.0f} MB" if written else "", f"{peer_written:.0f} MB" if written else "", f"{peak:.0f} MB", f"{peer_peak:.0f} MB"]
            if what in STREAMING:
                goals.append({"what": f"{what}: peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB})
                row.append(f"≤ {PEAK_GOAL_MB} MB " + ("met" if peak <= PEAK_GOAL_MB else "MISSED"))
            rows.append([*row, *[""] * (14 - len(row))])
        catalog.drop(table)
        catalog.dvt("namespace", "drop", catalog.space)
    finally:
        if not was_running:
            subprocess.run(["./dev", "servers", "stop", "lake"], cwd=setting.top, stdout=subprocess.DEVNULL)
    print_table(("", "dvt", "PyIceberg", "ratio", "goal", "", "CPU", "of PyIceberg", "ratio", "written", "by PyIceberg", "peak", "of PyIceberg", "goal of the peak"), rows)
    return {"goals": goals}
