"""Iceberg tables: TPC-H lineitem (scale 1, 6 M rows; DVT_BENCH_SCALE) written and read by `dvt lake` and by PyIceberg in the same run, on Iceberg's REST
catalog and local files. dvt's times are those of whole processes; PyIceberg's begin behind its imports. Rows come from an Arrow file: as a stream of batches, and,
for PyIceberg's faster way, read into memory beforehand. Scans go to /dev/null and to nowhere. CPU seconds are
the better figure on a busy machine."""
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys

from measure import measure, print_table

SCALE = os.environ.get("DVT_BENCH_SCALE", "1")
PEAK_GOAL_MB = 250
# What; which way of PyIceberg it is compared with; part of its time.
GOALS = {"append, stream": 0.5, "append, in memory": 0.7, "append by month": 0.4, "scan": 0.8, "two columns, one month": 1.0}
STREAMING = {"append, stream", "append by month", "scan"}

PEER = """
import json, resource, sys, time
import pyarrow as pa, pyarrow.ipc
from pyiceberg.catalog import load_catalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.transforms import MonthTransform
what, name, path, uri, credential = sys.argv[1:]
catalog = load_catalog("peer", type="rest", uri=uri, credential=credential, scope="PRINCIPAL_ROLE:ALL")
def start():
    global cpu
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    return time.perf_counter()
def made(by_month=False):
    with pa.ipc.open_stream(path) as reader:
        schema = reader.schema
    table = catalog.create_table(name, schema=schema)
    if by_month:
        with table.update_spec() as update:
            update.add_field("l_shipdate", MonthTransform(), "month")
    return catalog.load_table(name)
if what == "append, stream":
    table = made()
    began = start()
    with pa.ipc.open_stream(path) as reader:
        table.append(reader)
elif what in ("append, in memory", "append by month"):
    table = made(what == "append by month")
    with pa.ipc.open_stream(path) as reader:
        rows = reader.read_all()
    began = start()
    table.append(rows)
else:
    table = catalog.load_table(name)
    began = start()
    if what == "scan":
        found = sum(batch.num_rows for batch in table.scan().to_arrow_batch_reader())
    else:
        found = table.scan(row_filter="l_shipdate >= '1995-03-01' and l_shipdate < '1995-04-01'", selected_fields=("l_orderkey", "l_extendedprice")).to_arrow().num_rows
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime - cpu, "peak": used.ru_maxrss / 1024}))
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

    def peer(self, what, name, path):
        done = subprocess.run([sys.executable, "-c", PEER, what, name, str(path), self.environment["DVT_LAKE_URI"], self.environment["DVT_LAKE_CREDENTIAL"]],
                              stdout=subprocess.PIPE, check=True, text=True)
        found = json.loads(done.stdout.strip().splitlines()[-1])
        return found["seconds"], found["cpu"], found["peak"]


def dvt_once(catalog, what, path, table):
    """Seconds, CPU seconds and peak MB; a table that was made goes away again."""
    if what == "scan":
        done = catalog.dvt("scan", table, "--file", "/dev/null")
    elif what == "two columns, one month":
        done = catalog.dvt("scan", table, "--columns", "l_orderkey,l_extendedprice", "--where", "l_shipdate >= '1995-03-01' and l_shipdate < '1995-04-01'", "--file", "/dev/null")
    else:
        name = catalog.name()
        done = catalog.dvt("append", name, path, "--create", *(["--partition-by", "month(l_shipdate)"] if what == "append by month" else []))
        catalog.drop(name)
    return done.wall, done.cpu, done.peak_mb


def peer_once(catalog, what, path, table):
    if what in ("scan", "two columns, one month"):
        return catalog.peer(what, table, path)
    name = catalog.name()
    found = catalog.peer(what, name, path)
    catalog.drop(name)
    return found


def run(setting):
    was_running = (setting.top / ".servers-lake" / "env").exists()
    path = rows_file(setting)
    print(f"lake: lineitem of scale {SCALE}, {path.stat().st_size / 1e6:,.0f} MB of Arrow batches; PyIceberg beside", flush=True)
    catalog = Catalog(setting)
    goals, rows = [], []
    try:
        table = catalog.name()
        catalog.dvt("append", table, path, "--create")
        for what, goal in GOALS.items():
            ours, theirs = [], []
            for _ in range(setting.rounds):
                theirs.append(peer_once(catalog, what, path, table))
                ours.append(dvt_once(catalog, what, path, table))
            seconds, peer_seconds = (statistics.median(each) for each in ([s for s, _, _ in ours], [s for s, _, _ in theirs]))
            cpu, peer_cpu = (statistics.median(each) for each in ([c for _, c, _ in ours], [c for _, c, _ in theirs]))
            peak, peer_peak = (max(p for _, _, p in each) for each in (ours, theirs))
            ratio = seconds / peer_seconds
            goals.append({"what": what, "value": ratio, "goal": goal, "met": ratio <= goal})
            row = [what, f"{seconds:.2f} s", f"{peer_seconds:.2f} s", f"{ratio:.2f}", f"≤ {goal}", "met" if ratio <= goal else "MISSED", f"{cpu:.2f} s", f"{peer_cpu:.2f} s", f"{cpu / peer_cpu:.2f}", f"{peak:.0f} MB", f"{peer_peak:.0f} MB"]
            if what in STREAMING:
                goals.append({"what": f"{what}: peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB})
                row.append(f"≤ {PEAK_GOAL_MB} MB " + ("met" if peak <= PEAK_GOAL_MB else "MISSED"))
            rows.append([*row, *[""] * (12 - len(row))])
        catalog.drop(table)
        catalog.dvt("namespace", "drop", catalog.space)
    finally:
        if not was_running:
            subprocess.run(["./dev", "servers", "stop", "lake"], cwd=setting.top, stdout=subprocess.DEVNULL)
    print_table(("", "dvt", "PyIceberg", "ratio", "goal", "", "CPU", "of PyIceberg", "ratio", "peak", "of PyIceberg", "goal of the peak"), rows)
    return {"goals": goals}
