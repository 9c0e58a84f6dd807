"""Cases of the suite `lake` about what PyIceberg cannot write: equality deletes, tables of version 3, sorted files, merged manifests."""
import json
import pathlib
import random

import pyarrow
import pyarrow.parquet
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent, ManifestEntry, ManifestEntryStatus, ManifestWriterV2, write_manifest_list
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import AddSnapshotUpdate, AssertRefSnapshotId, SetSnapshotRefUpdate
from pyiceberg.typedef import Record

from cases import equal, everything, plain


class DeleteManifestWriter(ManifestWriterV2):
    """A manifest of delete files, which PyIceberg reads but does not write."""

    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return {**super()._meta, "content": "deletes"}


def delete_by_keys(lake, name, keys, partition=()):
    """Commits equality deletes of the rows with these keys (a table with the columns of the key)."""
    table = lake.peer(name)
    current, number = table.current_snapshot(), random.getrandbits(62)
    ids = [table.schema().find_field(column).field_id for column in keys.column_names]
    fields = [pyarrow.field(field.name, field.type, metadata={"PARQUET:field_id": str(i)}) for field, i in zip(keys.schema, ids)]
    path = f"{lake.path(table.location())}/data/eq-{number}.parquet"
    pyarrow.parquet.write_table(keys.cast(pyarrow.schema(fields)), path)
    file = DataFile.from_args(content=DataFileContent.EQUALITY_DELETES, file_path=path, file_format=FileFormat.PARQUET, partition=Record(*partition),
                              record_count=keys.num_rows, file_size_in_bytes=pathlib.Path(path).stat().st_size, equality_ids=ids)
    folder = f"{lake.path(table.location())}/metadata"
    with DeleteManifestWriter(table.spec(), table.schema(), table.io.new_output(f"{folder}/eq-{number}-m0.avro"), number, "deflate") as writer:
        writer.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=file))
    manifest = writer.to_manifest_file()
    sequence = table.metadata.last_sequence_number + 1
    listed = f"{folder}/snap-{number}.avro"
    with write_manifest_list(2, table.io.new_output(listed), number, current.snapshot_id, sequence, "deflate") as out:
        out.add_manifests([*current.manifests(table.io), manifest])
    snapshot = Snapshot(snapshot_id=number, parent_snapshot_id=current.snapshot_id, sequence_number=sequence, manifest_list=listed,
                        summary=Summary(Operation.DELETE), schema_id=table.schema().schema_id)
    lake.peer_catalog.commit_table(table, (AssertRefSnapshotId(ref="main", snapshot_id=current.snapshot_id),),
                                   (AddSnapshotUpdate(snapshot=snapshot), SetSnapshotRefUpdate(ref_name="main", type="branch", snapshot_id=number)))


def equality_deletes(lake):
    rows = everything(120)
    name = lake.fresh("eq")
    lake.append(name, rows, "--create")
    delete_by_keys(lake, name, pyarrow.table({"id": pyarrow.array([3, 7, 119, 500], pyarrow.int64())}))
    gone = {3, 7, 119}
    equal(plain(lake.scan(name)), [row for row in plain(rows) if row["id"] not in gone])
    # Rows written later are not theirs, and a key of two columns takes nulls as equal.
    lake.append(name, rows.slice(3, 1))
    day, flag = rows["day"].to_pylist(), rows["flag"].to_pylist()
    places = [i for i in range(120) if day[i] is None][:1] + [i for i in range(120) if day[i] is not None and flag[i] is None][:1]
    keys = pyarrow.table({"day": pyarrow.array([day[i] for i in places], pyarrow.date32()), "flag": pyarrow.array([flag[i] for i in places], pyarrow.bool_())})
    delete_by_keys(lake, name, keys)
    pairs = {(day[i], flag[i]) for i in places}
    left = [row for row in plain(rows) if (row["day"], row["flag"]) not in pairs and row["id"] not in gone - {3}]
    equal(plain(lake.scan(name)), left)
    # The columns of the keys need not be asked for; a filter comes behind the deletes.
    got = lake.scan(name, "--columns", "name", "--where", "id < 50")
    equal(sorted(row["name"] or "" for row in got.to_pylist()), sorted(row["name"] or "" for row in left if row["id"] < 50))
    # Changes and compaction see what is left.
    lake.dvt("delete", name, "--where", "id = 50")
    left = [row for row in left if row["id"] != 50]
    equal(plain(lake.scan(name)), left)
    lake.dvt("compact", name)
    equal(plain(lake.scan(name)), left)
    equal([task["delete_files"] for task in lake.files(name)], [0] * len(lake.files(name)))
    # Of a partitioned table: those of its partition, and those of an unpartitioned file everywhere.
    name = lake.fresh("eq_parts")
    data = pyarrow.table({"id": pyarrow.array(range(30), pyarrow.int64()), "part": pyarrow.array([i % 3 for i in range(30)], pyarrow.int32())})
    lake.append(name, data, "--create", "--partition-by", "part")
    delete_by_keys(lake, name, pyarrow.table({"id": pyarrow.array([0, 1, 2, 3], pyarrow.int64())}), partition=(0,))
    equal(sorted(row["id"] for row in lake.scan(name).to_pylist()), [i for i in range(30) if i not in (0, 3)])


def version_three(lake):
    name = lake.fresh("v3")
    lake.append(name, everything(5).select(["id", "name"]), "--create")
    location = json.loads(lake.dvt("table", "show", name, "--output", "json"))["metadata_location"]
    metadata = json.loads(pathlib.Path(lake.path(location)).read_text())
    path = lake.scratch / "v3.metadata.json"

    def scanned(change, **expected):
        copy = json.loads(json.dumps(metadata))
        copy["format-version"], copy["next-row-id"] = 3, 0
        change(copy)
        path.write_text(json.dumps(copy))
        return lake.dvt("scan", str(path), **expected)

    scanned(lambda table: None)
    for kind in ("variant", "geometry(srid:4326)", "geography"):
        scanned(lambda table: table["schemas"][0]["fields"].append({"id": 9, "name": "odd", "type": kind, "required": False}), fails=kind.split("(")[0])
    scanned(lambda table: table.update({"format-version": 4}), fails="version 4")


def sorted_files(lake):
    rows = everything(3000, seed=5)
    order = rows.take(pyarrow.array(random.Random(1).sample(range(3000), 3000)))
    name = lake.fresh("sorted")
    source = lake.write(order)
    lake.dvt("table", "create", name, "--like", source, "--partition-by", "bucket(2, id)", "--sort-by", "name desc nulls first, truncate(1, price), id")
    lake.dvt("append", name, source)
    equal(plain(lake.scan(name)), plain(rows))
    files = list(lake.peer(name).scan().plan_files())
    equal(len(files), 2)
    # Nulls, then the names backwards by their bytes.
    key = lambda row: (row["name"] is not None, [255 - byte for byte in (row["name"] or "").encode()] + [256], row["price"] is not None, row["price"] or 0, row["id"])
    for task in files:
        equal(task.file.sort_order_id, 1)
        got = pyarrow.parquet.read_table(lake.path(task.file.file_path), columns=["id", "name", "price"]).to_pylist()
        equal([row["id"] for row in got], [row["id"] for row in sorted(got, key=key)])
    lake.append(name, rows.slice(0, 10))
    lake.dvt("compact", name)
    equal(len(lake.scan(name)), 3010)
    equal({task.file.sort_order_id for task in lake.peer(name).scan().plan_files()}, {1})


def merged_manifests(lake):
    name = lake.fresh("merging")
    first = lake.write(everything(10))
    lake.dvt("table", "create", name, "--like", first, "--partition-by", "bucket(2, id)", "--set", "commit.manifest.min-count-to-merge=4")
    lake.dvt("append", name, first)
    counts = []
    for number in range(9):
        lake.append(name, everything(10))
        table = lake.peer(name)
        counts.append(len(table.current_snapshot().manifests(table.io)))
    equal(max(counts) <= 4, True, str(counts))
    equal(len(lake.scan(name)), 100)
    table = lake.peer(name)
    entries = [entry for manifest in table.current_snapshot().manifests(table.io) for entry in manifest.fetch_manifest_entry(table.io)]
    equal(sorted({entry.sequence_number for entry in entries}), list(range(1, 11)))
    equal(len({entry.snapshot_id for entry in entries}), 10)
    equal(len(table.scan().to_arrow()), 100)
    lake.dvt("delete", name, "--where", "id < 5")
    equal(len(lake.scan(name)), 50)
    lake.no_litter(name)


CASES = [("equality deletes", equality_deletes), ("tables of version 3", version_three), ("sorted files", sorted_files), ("manifests are merged", merged_manifests)]
