"""Cases of the suite `lake`: dvt and PyIceberg on the same tables of one catalog. Each function gets a Lake and returns nothing, or raises."""
import concurrent.futures
import datetime
import decimal
import json
import random
import uuid

import pyarrow
import pyarrow.parquet
from pyiceberg.expressions import And, EqualTo, GreaterThanOrEqual, IsNull, LessThan, StartsWith
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.transforms import BucketTransform, DayTransform, HourTransform, IdentityTransform, MonthTransform, TruncateTransform, YearTransform
from pyiceberg.types import LongType

UTC = datetime.timezone.utc


def everything(rows, seed=1):
    """A table with every type, nulls in all of them."""
    chance = random.Random(seed)
    moment = datetime.datetime(1969, 12, 30, 22, 59, 59, 999999)

    def column(make, kind):
        return pyarrow.array([None if chance.random() < 0.15 else make(i) for i in range(rows)], kind)

    pair = pyarrow.struct([("a", pyarrow.int32()), ("b", pyarrow.string())])
    return pyarrow.table({
        "id": pyarrow.array(range(rows), pyarrow.int64()),
        "flag": column(lambda i: i % 3 == 0, pyarrow.bool_()),
        "small": column(lambda i: i - 5, pyarrow.int32()),
        "ratio": column(lambda i: i / 3, pyarrow.float32()),
        "amount": column(lambda i: -i / 7, pyarrow.float64()),
        "price": column(lambda i: decimal.Decimal(i * 37 - 500) / 100, pyarrow.decimal128(9, 2)),
        "huge": column(lambda i: decimal.Decimal(i) * 10**25, pyarrow.decimal128(38, 6)),
        "day": column(lambda i: moment.date() + datetime.timedelta(days=i), pyarrow.date32()),
        "clock": column(lambda i: datetime.time(i % 24, 5, 6, i), pyarrow.time64("us")),
        "at": column(lambda i: moment + datetime.timedelta(hours=i * 13), pyarrow.timestamp("us")),
        "at_utc": column(lambda i: (moment + datetime.timedelta(hours=i * 7)).replace(tzinfo=UTC), pyarrow.timestamp("us", "UTC")),
        "name": column(lambda i: f"näme {i % 17} " + "x" * (i % 30), pyarrow.string()),
        "raw": column(lambda i: bytes([i % 256, 255, 0]), pyarrow.binary()),
        "tags": column(lambda i: [None if k == 1 else f"t{k}" for k in range(i % 4)], pyarrow.list_(pyarrow.string())),
        "pair": column(lambda i: {"a": i, "b": None if i % 5 == 0 else str(i)}, pair),
        # Never null: PyIceberg reads and writes null lists of structs as empty ones.
        "pairs": pyarrow.array([[None if k == 1 else {"a": k, "b": "q"} for k in range(i % 3)] for i in range(rows)], pyarrow.list_(pair)),
        "counts": column(lambda i: [(f"k{k}", i + k) for k in range(i % 3)], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
    })


def plain(table):
    """Rows in a form that compares: by id, maps as sorted pairs."""
    rows = table.sort_by("id").to_pylist()
    for row in rows:
        for key, value in row.items():
            if isinstance(value, uuid.UUID):
                row[key] = value.bytes
    return rows


def equal(got, wanted, what=""):
    if got != wanted:
        if isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
            for left, right in zip(got, wanted):
                if left != right:
                    got, wanted = left, right
                    break
        raise AssertionError(f"{what}\n got    {str(got)[:1500]}\n wanted {str(wanted)[:1500]}")


def peer_writes(lake):
    table = everything(300)
    name = lake.table("peer_writes", table.schema)
    lake.peer(name).append(table.slice(0, 100))
    lake.peer(name).append(table.slice(100))
    equal(plain(lake.scan(name)), plain(table))
    equal(lake.scan(name, "--columns", "name,id").column_names, ["name", "id"])
    equal(sorted(lake.scan(name, "--columns", "id", "--limit", "7").to_pydict()), ["id"])
    equal(lake.scan(name, "--limit", "7").num_rows, 7)
    lines = [json.loads(line) for line in lake.dvt("scan", name, "--columns", "id,counts", "--output", "json").splitlines()]
    equal(sorted(line["id"] for line in lines), list(range(300)))


def dvt_writes(lake):
    table = everything(300)
    name = lake.fresh("dvt_writes")
    lake.append(name, table, "--create")
    lake.append(name, everything(50, 2).slice(20))
    read = lake.peer(name).scan().to_arrow()
    equal(read.num_rows, 330)
    both = pyarrow.concat_tables([table, everything(50, 2).slice(20)])
    equal(sorted(map(str, plain(read))), sorted(map(str, plain(both))))
    for sql, peer in (("small < 20", LessThan("small", 20)), ("name LIKE 'näme 3%'", StartsWith("name", "näme 3")),
                      ("amount IS NULL", IsNull("amount")), ("price >= 1.5 AND price < 20", And(GreaterThanOrEqual("price", "1.50"), LessThan("price", "20.00")))):
        wanted = lake.peer(name).scan(row_filter=peer).to_arrow()
        equal(sorted(map(str, plain(lake.scan(name, "--where", sql)))), sorted(map(str, plain(wanted))), sql)


def nested_nulls(lake):
    """Nulls at every level of nested columns come back as they went in."""
    inner = pyarrow.struct([("a", pyarrow.int32()), ("l", pyarrow.list_(pyarrow.int64()))])
    table = pyarrow.table({"id": pyarrow.array(range(6), pyarrow.int64()),
                           "ls": pyarrow.array([None, [], [None], [{"a": 1, "l": None}], [{"a": None, "l": [None, 3]}, None], [{"a": 2, "l": []}]], pyarrow.list_(inner)),
                           "ms": pyarrow.array([[("k", {"a": 1, "l": [1]})], None, [], [("k", None)], [("k", {"a": None, "l": None})], None], pyarrow.map_(pyarrow.string(), inner)),
                           "ll": pyarrow.array([[[1]], [None], None, [[]], [[None]], []], pyarrow.list_(pyarrow.list_(pyarrow.int32())))})
    name = lake.fresh("nested_nulls")
    lake.append(name, table, "--create", "--partition-by", "truncate(2, id)")
    equal(plain(lake.scan(name)), plain(table))
    equal(plain(lake.scan(name, "--where", "ls IS NULL OR id > 3")), [row for row in plain(table) if row["ls"] is None or row["id"] > 3])


def sources_of_all_kinds(lake):
    """Dictionaries, views, large texts, other units and narrow numbers come in; what would lose digits does not."""
    name = lake.fresh("kinds")
    moment = datetime.datetime(2024, 3, 1, 12)
    table = pyarrow.table({
        "id": pyarrow.array([1, 2], pyarrow.int16()),
        "word": pyarrow.array(["a", None]).dictionary_encode(),
        "view": pyarrow.array(["v", "w"], pyarrow.string_view()),
        "large": pyarrow.array(["l", None], pyarrow.large_string()),
        "ms": pyarrow.array([moment, None], pyarrow.timestamp("ms")),
        "ns": pyarrow.array([moment, None], pyarrow.timestamp("ns")),
        "unsigned": pyarrow.array([2**32 - 1, 0], pyarrow.uint32()),
    })
    lake.append(name, table, "--create")
    equal(lake.peer(name).scan().to_arrow().to_pylist(), [
        {"id": 1, "word": "a", "view": "v", "large": "l", "ms": moment, "ns": moment, "unsigned": 2**32 - 1},
        {"id": 2, "word": None, "view": "w", "large": None, "ms": None, "ns": None, "unsigned": 0}])
    exact = table.slice(0, 1).set_column(5, "ns", pyarrow.array([1709294400000000001], pyarrow.timestamp("ns")))
    lake.append(name, exact, fails="'ns'")
    lake.nothing_written(name, 1)


def partitions(lake):
    """Every transform: the same partitions as PyIceberg's, and as many files read after pruning."""
    table = everything(400)
    transforms = [("id", BucketTransform(8), "bucket(8, id)"), ("name", BucketTransform(4), "bucket(4, name)"), ("price", BucketTransform(5), "bucket(5, price)"),
                  ("at", BucketTransform(5), "bucket(5, at)"), ("at", DayTransform(), "day(at)"), ("at_utc", MonthTransform(), "month(at_utc)"),
                  ("day", YearTransform(), "year(day)"), ("at", HourTransform(), "hour(at)"), ("name", TruncateTransform(6), "truncate(6, name)"),
                  ("small", TruncateTransform(50), "truncate(50, small)"), ("price", TruncateTransform(1000), "truncate(1000, price)"),
                  ("flag", IdentityTransform(), "flag"), ("day", IdentityTransform(), "day"), ("price", IdentityTransform(), "price"), ("raw", IdentityTransform(), "raw")]
    filters = [("id < 40", LessThan("id", 40)), ("name LIKE 'näme 1%'", StartsWith("name", "näme 1")), ("at >= '1970-02-01 00:00'", GreaterThanOrEqual("at", "1970-02-01T00:00:00")),
               ("day < '1970-01-15'", LessThan("day", "1970-01-15")), ("price = -5.00", EqualTo("price", "-5.00")), ("small IS NULL", IsNull("small")), ("id = 77", EqualTo("id", 77))]
    for number, (column, transform, text) in enumerate(transforms):
        ours, theirs = lake.fresh(f"part_{number}"), lake.table(f"part_peer_{number}", table.schema)
        lake.append(ours, table, "--create", "--partition-by", text)
        with lake.peer(theirs).update_spec() as update:
            update.add_field(column, transform, "p")
        lake.peer(theirs).append(table)
        equal(sorted(map(str, plain(lake.peer(ours).scan().to_arrow()))), sorted(map(str, plain(table))), text)
        equal(lake.partitions_of(ours), lake.partitions_of(theirs), text)
        for sql, peer in filters:
            wanted = sum(1 for _ in lake.peer(ours).scan(row_filter=peer).plan_files())
            equal(len(lake.files(ours, "--where", sql)), wanted, f"{text}: files for {sql}")
            rows = lake.peer(ours).scan(row_filter=peer).to_arrow()
            equal(sorted(map(str, plain(lake.scan(ours, "--where", sql)))), sorted(map(str, plain(rows))), f"{text}: rows for {sql}")


def floats(lake):
    """Zeros of both signs are one value, NaN is none."""
    values = {1: 0.0, 2: -0.0, 3: float("nan"), 4: 1.5, 5: None, 6: float("-inf"), 7: float("inf")}
    filters = {"f = 0": [1, 2], "f in (0, 1.5)": [1, 2, 4], "f in (-0.0, 9)": [1, 2], "f not in (0, 1.5)": [3, 6, 7], "f <> 0": [3, 4, 6, 7], "f < 0.5": [1, 2, 6], "not (f < 0.5)": [4, 7], "f >= 1.5": [4, 7],
               "f is nan": [3], "f is not nan": [1, 2, 4, 6, 7], "f is null": [5]}
    for number, kind in enumerate((pyarrow.float32(), pyarrow.float64())):
        for layout in ([], ["--partition-by", "f"]):
            name = lake.fresh(f"floats_{number}_{len(layout)}")
            lake.append(name, pyarrow.table({"id": pyarrow.array(values, pyarrow.int64()), "f": pyarrow.array(values.values(), kind)}), "--create", *layout)
            for sql, wanted in filters.items():
                equal(sorted(lake.scan(name, "--where", sql)["id"].to_pylist()), wanted, sql)
            lake.dvt("scan", name, "--where", "f < 'nan'", fails="compares with NaN")
            lake.dvt("delete", name, "--where", "f in (0, 9)")
            equal(sorted(lake.scan(name)["id"].to_pylist()), [3, 4, 5, 6, 7])


def evolution(lake):
    """Renamed, added, widened and dropped columns, changed partitions; new columns of appended rows."""
    table = pyarrow.table({"id": [1, 2], "old": ["a", "b"], "gone": [True, False], "n": pyarrow.array([5, 6], pyarrow.int32()),
                           "s": pyarrow.array([{"x": 1}, {"x": 2}], pyarrow.struct([("x", pyarrow.int32())]))})
    name = lake.table("evolution", table.schema)
    lake.peer(name).append(table)
    with lake.peer(name).update_schema() as update:
        update.rename_column("old", "new")
        update.delete_column("gone")
        update.update_column("n", LongType())
        update.add_column(("s", "y"), LongType())
        update.rename_column(("s", "x"), "z")
    with lake.peer(name).update_spec() as update:
        update.add_identity("n")
    more = pyarrow.table({"id": [3], "new": ["c"], "n": [2**40], "s": pyarrow.array([{"z": 7, "y": 8}], pyarrow.struct([("z", pyarrow.int32()), ("y", pyarrow.int64())])),
                          "added": [1.5]})
    lake.append(name, more)
    wanted = [{"id": 1, "new": "a", "n": 5, "s": {"z": 1, "y": None}, "added": None}, {"id": 2, "new": "b", "n": 6, "s": {"z": 2, "y": None}, "added": None},
              {"id": 3, "new": "c", "n": 2**40, "s": {"z": 7, "y": 8}, "added": 1.5}]
    equal(plain(lake.scan(name)), wanted)
    equal(plain(lake.peer(name).scan().to_arrow()), wanted)
    equal(plain(lake.scan(name, "--where", "s.z = 2 OR n > 100")), wanted[1:])
    lake.append(name, pyarrow.table({"id": ["text"]}), fails="the column 'id' is long in the table and string in the data")
    lake.append(name, pyarrow.table({"id": [9], "other": [1]}), "--no-evolution", fails="the table has no column 'other'")
    lake.append(name, pyarrow.table({"id": pyarrow.array([4], pyarrow.int32())}))
    equal(lake.peer(name).scan().to_arrow().num_rows, 4)
    first = lake.peer(name).metadata.snapshots[0].snapshot_id
    equal(lake.scan(name, "--snapshot", str(first)).column_names, ["id", "old", "gone", "n", "s"])


def time_travel(lake):
    name = lake.table("travel", pyarrow.schema([("id", pyarrow.int64())]))
    ids = []
    for number in range(3):
        lake.append(name, pyarrow.table({"id": [number]}))
        ids.append(lake.peer(name).current_snapshot().snapshot_id)
    lake.peer(name).manage_snapshots().create_tag(ids[0], "first").commit()
    lake.peer(name).manage_snapshots().create_branch(ids[1], "side").commit()
    equal(lake.scan(name, "--snapshot", str(ids[1])).num_rows, 2)
    equal(lake.scan(name, "--ref", "first").num_rows, 1)
    lake.append(name, pyarrow.table({"id": [9, 10]}), "--branch", "side")
    equal(lake.scan(name, "--ref", "side").num_rows, 4)
    equal(lake.scan(name).num_rows, 3)
    at = lake.peer(name).metadata.snapshots[1].timestamp_ms
    text = datetime.datetime.fromtimestamp(at / 1000, UTC).isoformat()
    equal(lake.scan(name, "--as-of", text).num_rows, 2)
    lake.dvt("scan", name, "--ref", "none", fails="has no branch or tag 'none'")
    lake.dvt("scan", name, "--snapshot", "5", fails="has no snapshot 5")
    equal([s["operation"] for s in json.loads(lake.dvt("history", name, "--output", "json"))], ["append"] * 4)
    # A branch that is not there is made when that is asked for, from main; main stays as it is.
    lake.append(name, pyarrow.table({"id": [7]}), "--branch", "fresh", fails="has no branch 'fresh'")
    lake.append(name, pyarrow.table({"id": [7]}), "--branch", "fresh", "--create-branch")
    lake.dvt("delete", name, "--where", "id = 0", "--branch", "less", "--create-branch")
    table = lake.peer(name)
    rows = {ref: sorted(table.scan(snapshot_id=table.snapshot_by_name(ref).snapshot_id).to_arrow()["id"].to_pylist()) for ref in ("fresh", "less", "main")}
    equal(rows, {"fresh": [0, 1, 2, 7], "less": [1, 2], "main": [0, 1, 2]})
    equal({ref: sorted(lake.scan(name, "--ref", ref)["id"].to_pylist()) for ref in rows}, rows)


def old_tables(lake):
    """Version 1, files without ids, a name mapping, gzip metadata, an empty table."""
    schema = pyarrow.schema([("id", pyarrow.int64()), ("name", pyarrow.string())])
    name = lake.table("version1", schema, {"format-version": "1"})
    equal(lake.scan(name).num_rows, 0)
    lake.peer(name).append(pyarrow.table({"id": [1], "name": ["a"]}))
    lake.append(name, pyarrow.table({"id": [2], "name": ["b"]}))
    equal(plain(lake.scan(name)), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
    equal(plain(lake.peer(name).scan().to_arrow()), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
    name = lake.table("foreign", schema)
    file = lake.scratch / "foreign.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"name": ["x"], "extra": [1], "id": pyarrow.array([3], pyarrow.int64())}).select(["name", "id"]), file)
    lake.peer(name).add_files([f"file://{file}"])
    equal(plain(lake.scan(name)), [{"id": 3, "name": "x"}])
    equal(plain(lake.scan(name, "--where", "id = 3 AND name = 'x'", "--columns", "id")), [{"id": 3}])


def twenty_writers(lake):
    name = lake.table("crowd", pyarrow.schema([("id", pyarrow.int64())]))

    def write(number):
        lake.append(name, pyarrow.table({"id": list(range(number * 10, number * 10 + 10))}))

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(20)))
    equal(sorted(lake.peer(name).scan().to_arrow()["id"].to_pylist()), list(range(200)))
    equal(sorted(lake.scan(name)["id"].to_pylist()), list(range(200)))
    equal(len(lake.peer(name).metadata.snapshots), 20)
    lake.no_litter(name)


def commit_faults(lake):
    """Conflicts, unclear answers and cut connections: each row once, or an error and no file more."""
    name = lake.table("faults", pyarrow.schema([("id", pyarrow.int64())]))
    rows = 0
    for fault in ("status=409&count=2", "status=503&count=2", "status=503&count=2&after=true", "status=500&count=1&after=true", "status=502&count=1",
                  "cut=true&count=1", "cut=true&count=1&after=true", "status=401&count=1"):
        lake.fault("what=commit&" + fault)
        lake.append(name, pyarrow.table({"id": [rows]}))
        rows += 1
        equal(sorted(lake.peer(name).scan().to_arrow()["id"].to_pylist()), list(range(rows)), fault)
        lake.no_litter(name)
    with lake.peer(name).transaction() as change:
        change.set_properties({"commit.retry.num-retries": "2", "commit.retry.min-wait-ms": "10"})
    lake.fault("what=commit&status=409&count=99")
    lake.append(name, pyarrow.table({"id": [99]}), fails="at the same time")
    lake.no_faults()
    lake.nothing_written(name, rows)
    lake.fault("what=load&status=503&count=2&retry-after=1")
    equal(lake.scan(name).num_rows, rows)


def changes(lake):
    """Overwrite, delete and upsert: whole files by metadata alone, others rewritten, or marked by position deletes."""
    table = everything(300)
    for number, properties in enumerate(({}, {"write.delete.mode": "merge-on-read"})):
        name = lake.table(f"changes_{number}", table.schema, properties)
        with lake.peer(name).update_spec() as update:
            update.add_field("id", TruncateTransform(50), "p")
        lake.append(name, table)
        rows = {row["id"]: row for row in plain(table)}

        def check(what):
            equal(plain(lake.scan(name)), [rows[key] for key in sorted(rows)], what)
            equal(plain(lake.peer(name).scan().to_arrow()), [rows[key] for key in sorted(rows)], what + ", peer")

        lake.dvt("delete", name, "--where", "id < 50")
        rows = {key: row for key, row in rows.items() if key >= 50}
        check("a whole file deleted")
        equal(lake.peer(name).current_snapshot().summary.operation.value, "delete")
        lake.dvt("delete", name, "--where", "id >= 60 AND id < 70 OR name LIKE 'näme 3%'")
        rows = {key: row for key, row in rows.items() if not (60 <= key < 70 or (row["name"] or "").startswith("näme 3"))}
        check("rows deleted")
        if number:
            if not any(task.delete_files for task in lake.peer(name).scan().plan_files()):
                raise AssertionError("no position deletes were written")
        lake.dvt("delete", name, "--where", "id >= 75 AND id < 80")
        rows = {key: row for key, row in rows.items() if not 75 <= key < 80}
        check("rows deleted beside deleted ones")
        before = len(lake.peer(name).metadata.snapshots)
        lake.dvt("delete", name, "--where", "id = -5")
        equal(len(lake.peer(name).metadata.snapshots), before)
        fresh = everything(320, 3).slice(290)
        lake.dvt("upsert", name, lake.write(fresh), "--key", "id")
        rows.update({row["id"]: row for row in plain(fresh)})
        check("upsert")
        lake.dvt("overwrite", name, lake.write(everything(110, 4).slice(100)), "--partitions")
        rows = {key: row for key, row in rows.items() if not 100 <= key < 150}
        rows.update({row["id"]: row for row in plain(everything(110, 4).slice(100))})
        check("partitions overwritten")
        lake.dvt("overwrite", name, lake.write(everything(155, 5).slice(150)), "--where", "id >= 150 AND id < 170")
        rows = {key: row for key, row in rows.items() if not 150 <= key < 170}
        rows.update({row["id"]: row for row in plain(everything(155, 5).slice(150))})
        check("overwritten by a filter")
        twice = pyarrow.concat_tables([fresh, fresh])
        lake.dvt("upsert", name, lake.write(twice), "--key", "id", fails="a key more than once")
        lake.no_litter(name)
        lake.dvt("overwrite", name, lake.write(everything(5, 6)))
        rows = {row["id"]: row for row in plain(everything(5, 6))}
        check("all overwritten")
        equal(len(lake.peer(name).scan(snapshot_id=lake.peer(name).metadata.snapshots[0].snapshot_id).to_arrow()), 300)
        lake.no_litter(name)


def upkeep(lake):
    """Expire, orphans, compact, rollback, branches and tags."""
    table = everything(120)
    name = lake.table("upkeep", table.schema)
    for number in range(6):
        lake.append(name, table.slice(number * 20, 20))
    first = lake.peer(name).metadata.snapshots[0].snapshot_id
    lake.dvt("ref", "set", name, "start", "--tag", "--snapshot", str(first))
    lake.dvt("delete", name, "--where", "id >= 30 AND id < 45")
    wanted = [row for row in plain(table) if not 30 <= row["id"] < 45]
    lake.dvt("compact", name)
    equal(lake.peer(name).current_snapshot().summary.operation.value, "replace")
    equal(len(lake.files(name)), 1)
    equal(plain(lake.peer(name).scan().to_arrow()), wanted)
    equal(plain(lake.scan(name)), wanted)
    equal(json.loads(lake.dvt("compact", name, "--output", "json"))["snapshot_id"], None)
    previous = lake.peer(name).current_snapshot().snapshot_id
    lake.append(name, everything(130).slice(120))
    lake.dvt("rollback", name, "--snapshot", str(previous))
    equal(plain(lake.peer(name).scan().to_arrow()), wanted)
    lake.dvt("rollback", name, "--snapshot", "5", fails="is not in the history")
    future = (datetime.datetime.now(UTC) + datetime.timedelta(days=1)).isoformat()
    gone = json.loads(lake.dvt("expire", name, "--older-than", future, "--output", "json"))
    equal(gone["snapshots"], 7)
    equal(sorted(snapshot.snapshot_id for snapshot in lake.peer(name).metadata.snapshots), sorted([first, previous]))
    equal(plain(lake.peer(name).scan().to_arrow()), wanted)
    equal(lake.scan(name, "--ref", "start").num_rows, 20)
    lake.no_litter(name)
    stray = lake.folder(name) / "data" / "stray.parquet"
    stray.write_bytes(b"x")
    equal(json.loads(lake.dvt("orphans", name, "--output", "json"))["files"], [])
    files = json.loads(lake.dvt("orphans", name, "--older-than", future, "--dry-run", "--output", "json"))["files"]
    equal([file.rpartition("/")[2] for file in files if file.endswith("parquet")], ["stray.parquet"])
    lake.dvt("orphans", name, "--older-than", future)
    equal(stray.exists(), False)
    equal(plain(lake.peer(name).scan().to_arrow()), wanted)
    lake.dvt("ref", "drop", name, "start")
    lake.dvt("table", "set", name, "--set", "note=x")
    equal((lake.peer(name).properties["note"], list(lake.peer(name).metadata.refs)), ("x", ["main"]))


def wrong_input(lake):
    name = lake.table("wrong", pyarrow.schema([("id", pyarrow.int64())]))
    lake.append(name, pyarrow.table({"id": [1, 2]}))
    good = lake.credential
    for arguments, environment, message in (
            (["scan", name], {"DVT_LAKE_CREDENTIAL": "dvt:wrong-secret-9"}, "the catalog refused the credentials"),
            (["scan", name], {"DVT_LAKE_CREDENTIAL": "", "DVT_LAKE_TOKEN": "no-such-token-7"}, "the catalog refused the credentials"),
            (["scan", name], {"DVT_LAKE_SCOPE": "catalog"}, "the catalog refused the credentials"),
            (["scan", name, "--property", "retry.attempts=1"], {"DVT_LAKE_URI": "http://127.0.0.1:9"}, "failed"),
            (["scan", name], {"DVT_LAKE_URI": ""}, "the catalog has no 'uri'"),
            (["scan", f"{lake.space}.nothing"], {}, f"there is no such thing as the table {lake.space}.nothing"),
            (["table", "list", "nowhere"], {}, "the namespace nowhere does not exist"),
            (["namespace", "drop", lake.space], {}, f"the namespace {lake.space} is not empty"),
            (["scan", name, "--where", "nme = 1"], {}, "the table has no column 'nme'"),
            (["scan", name, "--where", "id ="], {}, "where a value was expected"),
            (["scan", name, "--columns", "idd"], {}, "Did you mean 'id'?")):
        output = lake.dvt(*arguments, environment=environment, fails=message)
        for secret in ("wrong-secret-9", "no-such-token-7", good.partition(":")[2]):
            if secret in output:
                raise AssertionError(f"a secret is told: {output}")
    data = lake.path(next(iter(lake.peer(name).scan().plan_files())).file.file_path)
    lake.break_file(data, lambda text: b"")
    lake.dvt("scan", name, fails="cannot be read as Parquet")
    manifest = lake.path(lake.peer(name).current_snapshot().manifests(lake.peer(name).io)[0].manifest_path)
    lake.break_file(manifest, lambda text: text[:-20])
    lake.dvt("scan", name, fails="damaged")
    lake.break_file(manifest, None)
    lake.dvt("scan", name, fails="No such file")


def catalog_verbs(lake):
    space = f"verbs_{lake.space}"
    lake.dvt("namespace", "create", space, "--set", "owner=me")
    lake.dvt("namespace", "create", space, fails=f"the namespace {space} exists already")
    lake.dvt("namespace", "create", space, "--if-missing")
    lake.dvt("namespace", "create", f"{space}.inner")
    equal(lake.dvt("namespace", "list", space).split(), [f"{space}.inner"])
    lake.dvt("namespace", "set", space, "--set", "a=b", "--unset", "owner")
    shown = json.loads(lake.dvt("namespace", "show", space, "--output", "json"))
    equal((shown.get("a"), shown.get("owner")), ("b", None))
    rows = lake.write(pyarrow.table({"id": [1], "at": [datetime.datetime(2024, 1, 1)]}))
    lake.dvt("table", "create", f"{space}.one", "--like", rows, "--partition-by", "day(at)", "--sort-by", "id desc", "--set", "note=x")
    table = lake.peer(f"{space}.one")
    equal((str(table.spec().fields[0].transform), str(table.sort_order().fields[0].direction), table.properties["note"]), ("day", "DESC", "x"))
    lake.dvt("table", "create", f"{space}.one", "--like", rows, fails="exists already")
    lake.dvt("table", "rename", f"{space}.one", f"{space}.two")
    equal(lake.dvt("table", "list", space).split(), [f"{space}.two"])
    location = json.loads(lake.dvt("table", "show", f"{space}.two", "--output", "json"))["metadata_location"]
    lake.dvt("table", "drop", f"{space}.two")
    lake.dvt("table", "register", f"{space}.three", location)
    equal(lake.dvt("table", "list", space).split(), [f"{space}.three"])
    lake.dvt("table", "drop", f"{space}.three", "--purge")
    equal(lake.dvt("view", "list", space), "")
    for number in range(30):
        lake.peer_catalog.create_namespace(f"{space}.inner.n{number}")
    equal(len(lake.dvt("namespace", "list", f"{space}.inner").split()), 30)
    equal("credential" in lake.dvt("catalog"), False)


CASES = [
    ("tables of PyIceberg are read", peer_writes), ("PyIceberg reads what dvt appends", dvt_writes), ("nulls in nested columns", nested_nulls), ("Arrow data of all kinds come in", sources_of_all_kinds),
    ("partitions and pruning are PyIceberg's", partitions), ("floats in filters", floats), ("schemas and partitions change", evolution), ("time travel, branches and tags", time_travel),
    ("version 1, files without ids", old_tables), ("overwrite, delete, upsert", changes), ("expire, orphans, compact, rollback", upkeep), ("twenty writers at once", twenty_writers), ("faults at the commit", commit_faults),
    ("wrong input has a clear end", wrong_input), ("verbs of the catalog", catalog_verbs),
]
