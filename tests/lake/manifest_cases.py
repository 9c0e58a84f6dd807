"""Cases of the suite `lake` about manifests that are written again: tests/lake/manifests.toml, and others at work meanwhile."""
import collections
import concurrent.futures
import json
import pathlib
import tomllib

import pyarrow
from pyiceberg.manifest import ManifestContent, ManifestEntryStatus

from cases import equal, plain
from delete_cases import delete_by_keys
from peer_cases import Missing, Spark, duckdb_on, named

TOLD = tomllib.loads((pathlib.Path(__file__).parent / "manifests.toml").read_text())["case"]
TOTALS = ("total-records", "total-data-files", "total-delete-files", "total-files-size", "total-position-deletes", "total-equality-deletes")


def rows_of(case, first, last):
    ids, parts = range(first, last), case.get("parts", 1)
    part = [None if case.get("nulls") and i % parts == 1 else i % parts for i in ids]
    return pyarrow.table({"id": pyarrow.array(ids, pyarrow.int64()), "part": pyarrow.array(part, pyarrow.int32()), "name": [f"n{i}" for i in ids]})


def make(lake, case, name):
    arguments = ["--set", f"format-version={case.get('version', '2')}"]
    if case.get("partition_by"):
        arguments += ["--partition-by", case["partition_by"]]
    lake.dvt("table", "create", name, "--like", lake.write(rows_of(case, 0, 1)), *arguments)
    for verb, *given in case["steps"]:
        if verb == "append":
            lake.append(name, rows_of(case, *given))
        elif verb in ("delete", "mark"):
            lake.dvt("table", "set", name, "--set", f"write.delete.mode={'merge-on-read' if verb == 'mark' else 'copy-on-write'}")
            lake.dvt("delete", name, "--where", *given)
        elif verb == "keys":
            delete_by_keys(lake, name, pyarrow.table({"id": pyarrow.array(given, pyarrow.int64())}))
        elif verb == "layout":
            lake.dvt("table", "layout", name, "--partition-by", *given)
        elif verb == "unpartition":
            with lake.peer(name).update_spec() as update:
                update.remove_field(case["partition_by"])
        else:
            lake.dvt(verb, name)


def manifests_of(table):
    snapshot = table.current_snapshot()
    return [] if snapshot is None else snapshot.manifests(table.io)


def kinds(manifests):
    """How many there are of data and of deletes, by partition spec."""
    return dict(collections.Counter(f"{'deletes' if each.content == ManifestContent.DELETES else 'data'} {each.partition_spec_id}" for each in manifests))


def entries(table):
    """What each live file is known by: its manifest's kind, partition, who added it and when."""
    return {entry.data_file.file_path: (each.content, each.partition_spec_id, str(entry.data_file.partition), entry.snapshot_id, entry.sequence_number, entry.file_sequence_number,
                                        entry.data_file.record_count, dict(entry.data_file.lower_bounds or {}))
            for each in manifests_of(table) for entry in each.fetch_manifest_entry(table.io)}


def check_manifests(table, made):
    """Of the manifests of the newest snapshot: those that it made hold existing files alone, and tell their least sequence number."""
    ours = [each for each in manifests_of(table) if each.added_snapshot_id == made]
    for each in ours:
        lines = each.fetch_manifest_entry(table.io, discard_deleted=False)
        equal({entry.status for entry in lines}, {ManifestEntryStatus.EXISTING})
        equal((each.added_files_count, each.existing_files_count, each.deleted_files_count), (0, len(lines), 0))
        if table.format_version > 1:
            equal((each.sequence_number, each.min_sequence_number), (table.current_snapshot().sequence_number, min(entry.sequence_number for entry in lines)))
    return len(ours)


def told_case(lake, case, name, duck):
    where = case.get("where")
    make(lake, case, name)
    before, table = plain(lake.scan(name)), lake.peer(name)
    old, known = table.current_snapshot(), entries(table)
    if "before" in case:
        equal(kinds(manifests_of(table)), case["before"], "before")

    def needed():
        plan = json.loads(lake.dvt("files", name, "--where", where, "--output", "json"))
        return plan["manifests"] - plan["manifests_skipped"], sorted(file["path"] for file in plan["files"])

    if where:
        read_before, files_before = needed()
    how = ["--target-size", str(case["target"])] if "target" in case else []
    would = json.loads(lake.dvt("rewrite-manifests", name, *how, "--dry-run", "--output", "json"))
    equal(would.pop("snapshot_id"), None)
    equal(lake.peer(name).current_snapshot(), old, "a dry run")
    done = json.loads(lake.dvt("rewrite-manifests", name, *how, "--output", "json"))
    made, table = done.pop("snapshot_id"), lake.peer(name)
    equal(done, would, "as the dry run said")
    if "after" not in case and "where" not in case:
        equal((made, done["manifests_replaced"]), (None, 0))
        return
    snapshot = table.current_snapshot()
    equal((snapshot.snapshot_id, snapshot.parent_snapshot_id, snapshot.summary.operation.value), (made, old.snapshot_id, "replace"))
    equal({key: int(snapshot.summary[key.replace("_", "-")]) for key in done}, done, "the summary")
    equal([snapshot.summary[key] for key in TOTALS], [old.summary[key] for key in TOTALS], "totals")
    equal(check_manifests(table, made), done["manifests_created"])
    equal(entries(table), known, "files")
    if "after" in case:
        equal(kinds(manifests_of(table)), case["after"], "after")
    if where:
        read_after, files_after = needed()
        equal(files_after, files_before, where)
        equal(read_after < read_before, True, f"{read_after} of {done['manifests_created']} manifests are read, {read_before} before")
        if "read" in case:
            equal([read_before, read_after], case["read"])
    equal(plain(lake.scan(name)), before)
    equal(plain(lake.scan(name, "--snapshot", str(old.snapshot_id))), before, "the snapshot before")
    if case.get("peers", True):
        equal(plain(table.scan().to_arrow()), before, "PyIceberg")
        equal(plain(table.scan(snapshot_id=old.snapshot_id).to_arrow()), before, "PyIceberg, the snapshot before")
        if duck is not None:
            equal(plain(duck.execute(f"select * from {named(name)}").to_arrow_table()), before, "DuckDB")
    equal(json.loads(lake.dvt("rewrite-manifests", name, *how, "--output", "json"))["snapshot_id"], None, "a second time")
    lake.no_litter(name)
    # And on it goes.
    lake.append(name, rows_of(case, 900, 910))
    lake.dvt("delete", name, "--where", "id = 901")
    equal(len(lake.scan(name)), len(before) + 9)
    lake.dvt("expire", name, "--older-than", "2100-01-01T00:00:00Z")
    equal(len(lake.scan(name)), len(before) + 9)
    lake.no_litter(name)


def told(lake):
    try:
        duck = duckdb_on(lake)
    except Missing:
        duck = None
    failures = []
    for number, case in enumerate(TOLD):
        try:
            told_case(lake, case, lake.fresh(f"manifests_{number}"), duck)
        except AssertionError as error:
            failures.append(f"{case['name']}: {error}")
    if failures:
        raise AssertionError("\n".join(failures))
    return f"{len(TOLD)} tables"


def others_at_work(lake):
    """Writers, a second rewrite, conflicts and lost answers: rows and files stay, and what lost is written again or given up without litter."""
    name = lake.fresh("manifests_crowd")
    case = {"parts": 4, "partition_by": "part", "steps": [["append", i * 8, i * 8 + 8] for i in range(6)]}
    make(lake, case, name)
    rows, rewritten = 48, 0
    for fault in ("status=409&count=2", "status=503&count=1&after=true", "status=503&count=1", "cut=true&count=1&after=true", "cut=true&count=1"):
        lake.fault("what=commit&" + fault)
        snapshots = len(lake.peer(name).metadata.snapshots)
        done = json.loads(lake.dvt("rewrite-manifests", name, "--output", "json"))
        equal((len(lake.peer(name).metadata.snapshots), lake.peer(name).current_snapshot().snapshot_id), (snapshots + 1, done["snapshot_id"]), fault)
        equal(len(manifests_of(lake.peer(name))), 1, fault)
        lake.append(name, rows_of(case, rows, rows + 8))
        rows += 8
        lake.no_litter(name)
    lake.dvt("table", "set", name, "--set", "commit.retry.num-retries=2", "--set", "commit.retry.min-wait-ms=10")
    snapshots = len(lake.peer(name).metadata.snapshots)
    lake.fault("what=commit&status=409&count=99")
    lake.dvt("rewrite-manifests", name, fails="at the same time")
    lake.no_faults()
    lake.nothing_written(name, snapshots)
    lake.dvt("table", "set", name, "--unset", "commit.retry.num-retries")

    def work(number):
        if number % 3 == 0:
            return json.loads(lake.dvt("rewrite-manifests", name, "--output", "json"))["snapshot_id"] is not None
        lake.append(name, rows_of(case, 1000 + number * 8, 1008 + number * 8))
        return False

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        rewritten = sum(pool.map(work, range(12)))
    wanted = [*range(rows), *[i for number in range(12) if number % 3 for i in range(1000 + number * 8, 1008 + number * 8)]]
    equal(sorted(lake.scan(name)["id"].to_pylist()), wanted)
    equal(sorted(lake.peer(name).scan().to_arrow()["id"].to_pylist()), wanted)
    lake.no_litter(name)
    return f"{rewritten} rewrites beside 8 writers"


def spark_reads(lake):
    """Spark reads what was written again, and dvt the manifests that Spark wrote again."""
    spark = Spark(lake)
    try:
        name = lake.fresh("manifests_spark")
        case = next(case for case in TOLD if case["name"] == "another layout")
        make(lake, case, name)
        wanted, known = [sorted(lake.scan(name)["id"].to_pylist())], entries(lake.peer(name))
        old = lake.peer(name).current_snapshot().snapshot_id
        lake.dvt("rewrite-manifests", name)
        for at in ("", f" version as of {old}"):
            equal([sorted(row[0] for row in spark(f"select id from lake.{name}{at}"))], wanted, "Spark" + at)
        equal(spark(f"select count(*) from lake.{name}.manifests"), [[4]])
        equal(spark(f"select count(*), count(distinct snapshot_id) from lake.{name}.entries where status < 2")[0][0], len(known))
        lake.append(name, rows_of(case, 200, 210))
        rewritten = spark(f"call lake.system.rewrite_manifests(table => '{name}', use_caching => false)")
        equal(rewritten[0][0] >= 2, True, str(rewritten))
        equal(sorted(lake.scan(name)["id"].to_pylist()), sorted([*wanted[0], *range(200, 210)]))
        equal({path: entry for path, entry in entries(lake.peer(name)).items() if path in known}, known)
    finally:
        spark.close()


def on_a_branch(lake):
    """Manifests and files of a branch are written again there; main stays as it is. A branch is read and written with the table's schema, a tag with its own."""
    name = lake.fresh("manifests_branch")
    case = {"parts": 3, "partition_by": "part"}
    make(lake, {**case, "steps": [["append", i * 6, i * 6 + 6] for i in range(3)]}, name)
    for i in range(3, 6):
        lake.append(name, rows_of(case, i * 6, i * 6 + 6), "--branch", "work", "--create-branch")
    lake.dvt("ref", "set", name, "then", "--tag")
    main, wanted = lake.peer(name).current_snapshot().snapshot_id, plain(lake.scan(name, "--ref", "work"))
    equal(len(wanted), 36)
    would = json.loads(lake.dvt("rewrite-manifests", name, "--branch", "work", "--dry-run", "--output", "json"))
    done = json.loads(lake.dvt("rewrite-manifests", name, "--branch", "work", "--output", "json"))
    equal((done["manifests_replaced"], done["manifests_created"], done["manifests_replaced"] == would["manifests_replaced"]), (6, 1, True))
    equal(lake.peer(name).refs()["work"].snapshot_id, done["snapshot_id"])
    compacted = json.loads(lake.dvt("compact", name, "--branch", "work", "--output", "json"))
    equal((compacted["rows"], compacted["files"], lake.peer(name).refs()["work"].snapshot_id), (36, 3, compacted["snapshot_id"]))
    equal(lake.peer(name).current_snapshot().snapshot_id, main)
    equal(sorted(plain(lake.scan(name, "--ref", "work")), key=str), sorted(wanted, key=str))
    equal(lake.peer(name).scan(snapshot_id=compacted["snapshot_id"]).to_arrow().num_rows, 36)
    equal(json.loads(lake.dvt("rewrite-manifests", name, "--output", "json"))["manifests_replaced"], 3, "main's own")
    for verb in ("rewrite-manifests", "compact"):
        lake.dvt(verb, name, "--branch", "then", fails="'then' is a tag")
        lake.dvt(verb, name, "--branch", "wrk", fails="Did you mean 'work'")
    # The schema moves on, on main alone.
    lake.dvt("column", "rename", name, "name", "label")
    lake.append(name, pyarrow.table({"id": pyarrow.array([100], pyarrow.int64()), "part": pyarrow.array([1], pyarrow.int32()), "label": ["x"], "more": [1.5]}))
    equal(lake.scan(name, "--ref", "work").column_names, ["id", "part", "label", "more"])
    equal(lake.scan(name, "--ref", "then").column_names, ["id", "part", "name"])
    equal(lake.scan(name, "--ref", "work", "--where", "more IS NULL AND label = 'n7'").num_rows, 1)
    lake.append(name, rows_of(case, 200, 203).rename_columns(["id", "part", "label"]), "--branch", "work")
    lake.dvt("delete", name, "--where", "label = 'n200' OR more > 1", "--branch", "work")
    equal(json.loads(lake.dvt("compact", name, "--branch", "work", "--output", "json"))["rows"], 26)  # partition 2 is one file and stays
    equal((lake.scan(name, "--ref", "work").num_rows, lake.scan(name).num_rows), (38, 19))
    lake.no_litter(name)


def wrong(lake):
    name = lake.fresh("manifests_wrong")
    lake.append(name, rows_of({}, 0, 3), "--create")
    lake.append(name, rows_of({}, 3, 6))
    lake.dvt("rewrite-manifests", name, "--target-size", "0", fails="--target-size")
    lake.dvt("rewrite-manifests", lake.fresh("nothing"), fails="there is no such thing as the table")
    lake.break_file(lake.path(manifests_of(lake.peer(name))[0].manifest_path), lambda text: text[:-20])
    lake.dvt("rewrite-manifests", name, fails="damaged")
    there = {path.name for path in lake.folder(name).rglob("*.avro")}
    equal(len(there), 4)  # two manifests, two lists


CASES = [("manifests are written again", told), ("manifests are written again beside writers", others_at_work), ("manifests are written again, wrong input", wrong), ("manifests and files of a branch are written again", on_a_branch),
         ("Spark and manifests that are written again", spark_reads)]
