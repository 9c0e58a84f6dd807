"""Catalogs, tables and scans through the package."""
import ctypes
import dataclasses
import datetime
import signal
import subprocess
import sys
import threading
import time

import dvt
import pyarrow
import pyarrow.parquet
import pytest

UTC = datetime.timezone.utc


def rows(first, count):
    at = [datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=hour) for hour in range(first, first + count)]
    return pyarrow.table({"id": pyarrow.array(range(first, first + count), pyarrow.int64()), "at": pyarrow.array(at, pyarrow.timestamp("us")),
                          "name": [f"n{number % 7}" for number in range(first, first + count)]})


def plain(table):
    return sorted(table.to_pylist(), key=lambda row: row["id"])


@pytest.fixture
def events(catalog, space):
    return catalog.create_table(f"{space}.events", rows(0, 1).schema, partition_by="day(at), bucket(4, name)", sort_by="at desc", properties={"note": "x"})


def test_namespaces_and_names(catalog, space):
    assert catalog.create_namespace(f"{space}.inner", {"owner": "me"}) and not catalog.create_namespace(f"{space}.inner", if_missing=True)
    assert catalog.list_namespaces(space) == [f"{space}.inner"]
    catalog.update_namespace(f"{space}.inner", {"a": "b"}, ["owner"])
    assert catalog.load_namespace(f"{space}.inner")["a"] == "b" and "owner" not in catalog.load_namespace(f"{space}.inner")
    catalog.drop_namespace(f"{space}.inner")
    assert not catalog.namespace_exists(f"{space}.inner") and catalog.namespace_exists(space)
    catalog.create_table(f"{space}.one", rows(0, 1))
    catalog.rename_table(f"{space}.one", f"{space}.two")
    assert catalog.list_tables(space) == [f"{space}.two"] and not catalog.table_exists(f"{space}.one")
    place = catalog.load_table(f"{space}.two").metadata_location
    catalog.drop_table(f"{space}.two")
    assert catalog.register_table(f"{space}.three", place).name == f"{space}.three"
    assert catalog.create_table(f"{space}.three", rows(0, 1), if_missing=True).metadata_location == place
    assert catalog.list_views(space) == [] and not catalog.view_exists(f"{space}.three")


def test_a_table_tells_what_it_is(events):
    assert [(field.column, field.transform) for field in events.partition_fields] == [("at", "day"), ("name", "bucket[4]")]
    assert [(field.column, field.descending) for field in events.sort_fields] == [("at", True)]
    assert events.schema.equals(rows(0, 1).schema) and events.properties["note"] == "x"
    assert events.current_snapshot is None and events.snapshots == [] and events.scan().to_arrow().num_rows == 0
    events.set_properties({"note": "y"}, [])
    assert events.properties["note"] == "y" and events.metadata["format-version"] == 2
    written = events.append(rows(0, 3), summary={"by": "test"})
    assert (written.rows, written.rows_removed, events.current_snapshot.snapshot_id) == (3, 0, written.snapshot_id)
    assert events.current_snapshot.summary["by"] == "test" and events.current_snapshot.operation == "append"
    assert abs(events.current_snapshot.at - datetime.datetime.now(UTC)) < datetime.timedelta(minutes=5)
    assert dvt.Table.from_metadata(events.metadata_location).scan().count() == 3


def test_rows_of_all_kinds_go_in(catalog, space):
    import pandas
    import polars

    frame = rows(4, 2)
    def batches():
        yield from rows(8, 2).to_batches()

    ways = [rows(0, 2), pyarrow.RecordBatchReader.from_batches(rows(2, 2).schema, rows(2, 2).to_batches()), frame.to_pandas(), polars.from_arrow(rows(6, 2)), batches(),
            polars.from_arrow(rows(10, 2)).lazy(), rows(12, 2).to_batches()[0], iter(rows(14, 2).to_batches())]
    assert isinstance(ways[2], pandas.DataFrame)
    table = catalog.create_table(f"{space}.kinds", rows(0, 1))
    for way in ways:
        assert table.append(way).rows == 2
    assert table.append(table.scan(where="id < 4")).rows == 4
    assert plain(table.scan().to_arrow()) == plain(pyarrow.concat_tables([rows(0, 16), rows(0, 4)]))
    for wrong in ("text", 5, {"id": [1]}, iter(()), iter([1])):
        with pytest.raises(TypeError):
            table.append(wrong)


def test_rows_come_out_in_all_ways(events):
    import polars

    events.append(rows(0, 200))
    wanted = plain(rows(0, 200))
    scan = events.scan()
    assert plain(scan.to_arrow()) == wanted and plain(pyarrow.table(scan)) == wanted
    assert plain(pyarrow.Table.from_batches(list(scan))) == wanted and plain(scan.to_reader().read_all()) == wanted
    assert scan.to_polars().sort("id").rows(named=True) == wanted and polars.DataFrame(scan).height == 200
    assert scan.to_pandas().sort_values("id")["name"].tolist() == [row["name"] for row in wanted] and scan.count() == 200
    narrow = events.scan(["name", "id"], "at >= '2024-01-03' AND at < '2024-01-04' AND name = 'n1'")
    assert narrow.schema.names == ["name", "id"]
    assert plain(narrow.to_arrow()) == [{"name": "n1", "id": number} for number in range(48, 72) if number % 7 == 1]
    plan = narrow.plan()
    assert plan.files_skipped > 0 and all("at_day=2024-01-03" in file.partition for file in plan.files)
    assert events.scan(limit=7).count() == 7 and events.scan(batch_rows=10, threads=1).to_reader().read_next_batch().num_rows <= 10


def test_a_reader_that_is_dropped_ends_the_reading(catalog, space):
    table = catalog.create_table(f"{space}.many", rows(0, 1))
    for number in range(4):
        table.append(rows(number * 5000, 5000))
    before = threading.active_count()
    for _ in range(20):
        reader = table.scan(batch_rows=100).to_reader()
        reader.read_next_batch()
        del reader
    assert threading.active_count() == before


def test_overwrite_upsert_delete(events):
    events.append(rows(0, 100))
    written = events.overwrite(rows(24, 10), where="at >= '2024-01-02' AND at < '2024-01-03'")
    assert (written.rows, written.rows_removed, len(events.snapshots)) == (10, 24, 2)
    assert plain(events.scan().to_arrow()) == plain(pyarrow.concat_tables([rows(0, 34), rows(48, 52)]))
    changed = rows(30, 10).set_column(2, "name", pyarrow.array(["new"] * 10))
    assert events.upsert(changed, ["id"]).rows == 10
    assert events.scan(where="name = 'new'").count() == 10 and events.scan().count() == 92
    assert events.delete("id >= 40").rows_removed == 52
    assert events.overwrite(rows(0, 1), partitions=True).rows == 1
    assert events.overwrite(rows(5, 2)).rows == 2 and plain(events.scan().to_arrow()) == plain(rows(5, 2))


def test_time_travel_and_upkeep(catalog, space):
    table = catalog.create_table(f"{space}.travel", rows(0, 1))
    ids = [table.append(rows(number, 1)).snapshot_id for number in range(3)]
    table.set_tag("first", ids[0])
    table.set_branch("side", ids[1])
    assert table.append(rows(9, 2), branch="side").rows == 2
    assert [table.scan(ref="side").count(), table.scan(ref="first").count(), table.scan(snapshot_id=ids[1]).count()] == [4, 1, 2]
    assert table.scan(as_of=table.snapshots[1].at).count() == 2
    assert {ref.name: ref.is_branch for ref in table.refs} == {"main": True, "side": True, "first": False}
    table.rollback(ids[1])
    assert table.scan().count() == 2
    table.remove_ref("side")
    would = table.rewrite_manifests(dry_run=True)
    assert would == dvt.RewrittenManifests(created=1, replaced=2, kept=0, entries=2, snapshot_id=None)
    written = table.rewrite_manifests(target_bytes=1 << 20)
    assert written == dataclasses.replace(would, snapshot_id=table.current_snapshot.snapshot_id) and table.scan().count() == 2
    assert table.rewrite_manifests() == dvt.RewrittenManifests(created=0, replaced=0, kept=1, entries=0, snapshot_id=None)
    table.append(rows(20, 1), branch="work", create_branch=True)
    assert table.rewrite_manifests(branch="work").replaced == 2 and table.rewrite_manifests().replaced == 0
    assert table.compact(branch="work").files >= 1 and table.rewrite_manifests().snapshot_id is None
    with pytest.raises(dvt.InvalidInputError, match="has no branch 'none'"):
        table.compact(branch="none")
    with pytest.raises(dvt.InvalidInputError):
        table.rewrite_manifests(target_bytes=0)
    assert table.compact().files == 1
    later = datetime.datetime.now(UTC) + datetime.timedelta(days=1)
    assert table.expire_snapshots(later).snapshots > 0 and table.scan().count() == 2 and table.scan(ref="first").count() == 1
    assert not [file for file in table.remove_orphans(later, dry_run=True).files if not file.endswith(".crc")]  # the server's file system writes these
    for wrong in (dict(snapshot_id=1, ref="first"), dict(as_of=datetime.datetime(2024, 1, 1)), dict(columns=[])):
        with pytest.raises(dvt.InvalidInputError):
            table.scan(**wrong)


def test_schema_evolution(events):
    events.append(rows(0, 2))
    wider = rows(2, 1).append_column("extra", pyarrow.array([1.5]))
    with pytest.raises(dvt.SchemaEvolutionError, match="'extra'"):
        events.append(wider, evolve_schema=False)
    events.append(wider)
    assert events.schema.names == ["id", "at", "name", "extra"]
    with pytest.raises(dvt.SchemaEvolutionError, match="'id' is long in the table and string in the data"):
        events.append(pyarrow.table({"id": ["a"]}))
    assert events.scan().count() == 3


def test_an_exception_of_the_rows_is_the_callers(events):
    class Mine(Exception):
        pass

    def broken():
        yield rows(0, 5).to_batches()[0]
        raise Mine("halfway")

    with pytest.raises(Mine, match="halfway"):
        events.append(broken())
    assert events.refresh().current_snapshot is None


def test_the_gil_is_free_while_rows_move(events):
    """A Python thread goes on while another one's append waits for its rows."""
    ticks = []
    gate = threading.Event()

    def slow():
        yield rows(0, 5).to_batches()[0]
        assert gate.wait(20)
        yield rows(5, 5).to_batches()[0]

    writer = threading.Thread(target=lambda: ticks.append(events.append(slow()).rows))
    writer.start()
    time.sleep(0.3)
    gate.set()
    writer.join(20)
    assert ticks == [10]


def test_writers_at_once(catalog, space):
    catalog.create_table(f"{space}.crowd", rows(0, 1))
    errors = []

    def write(number):
        try:
            catalog.load_table(f"{space}.crowd").append(rows(number * 10, 10))
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    table = catalog.load_table(f"{space}.crowd")
    assert plain(table.scan().to_arrow()) == plain(rows(0, 80)) and len(table.snapshots) == 8


INTERRUPTED = """
import os, sys, time, pyarrow, dvt
table = dvt.Catalog(os.environ["DVT_LAKE_URI"], credential=os.environ["DVT_LAKE_CREDENTIAL"]).load_table(sys.argv[1])
batch = pyarrow.record_batch({"id": [1]})
def endless():
    print("writing", flush=True)
    while True:
        yield batch
try:
    table.append(endless())
except KeyboardInterrupt:
    print("interrupted", len(table.refresh().snapshots))
"""


def test_ctrl_c_ends_a_write(catalog, space):
    catalog.create_table(f"{space}.endless", pyarrow.schema([("id", pyarrow.int64())]))
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED, f"{space}.endless"], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "writing\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=30)
    assert (output, child.returncode) == ("interrupted 0\n", 0)


@pytest.mark.parametrize("order", ["import pyarrow, pyarrow.parquet, dvt", "import dvt, pyarrow, pyarrow.parquet", "import ssl, dvt", "import dvt, ssl, hashlib"])
def test_the_order_of_imports_does_not_matter(order):
    """Arrow's libraries and the system's each have an OpenSSL; they must not meet."""
    code = order + """
import hashlib, os, pyarrow.fs, pyarrow.parquet, ssl
assert hashlib.new("sha512", b"x").hexdigest().startswith("a4abd444")
ssl.create_default_context()
pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), pyarrow.BufferOutputStream())
print(dvt.Catalog(os.environ["DVT_LAKE_URI"], credential=os.environ["DVT_LAKE_CREDENTIAL"]).namespace_exists("none"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr


def test_the_stubs_name_what_the_core_has():
    import ast
    import pathlib

    import dvt._core

    stub = ast.parse(pathlib.Path(dvt.__file__).with_name("_core.pyi").read_text())
    told = {node.name: node for node in stub.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(told) == {name for name in dir(dvt._core) if not name.startswith("_")}
    for name, node in told.items():
        if isinstance(node, ast.ClassDef):
            members = {each.name if isinstance(each, ast.FunctionDef) else (each.target if isinstance(each, ast.AnnAssign) else each.targets[0]).id for each in node.body}
            assert {member for member in members if not member.startswith("_")} == {member for member in vars(getattr(dvt._core, name)) if not member.startswith(("_", "@"))}, name


def test_nothing_of_the_core_is_visible():
    import dvt._core

    core = ctypes.CDLL(dvt._core.__file__)
    assert not hasattr(core, "_ZN3dvt4lake12CloseStorageEv") and hasattr(core, "PyInit__core")
