"""Cases of the suite `lake`: every manifest and manifest list that dvt writes carries its field ids. The headers are read here, byte by byte, and held to the ids that PyIceberg knows."""
import datetime
import json
import pathlib

import pyarrow
from pyiceberg.manifest import MANIFEST_ENTRY_SCHEMAS, MANIFEST_LIST_FILE_SCHEMAS
from pyiceberg.transforms import BucketTransform
from pyiceberg.types import ListType, MapType, StructType

from cases import UTC, equal, everything

TRIED = (("gzip", "deflate", "2"), ("zstd", "zstandard", "2"), ("gzip", "deflate", "1"))  # the table's setting, what Avro calls it, the format version
LAYOUT = "day(at), bucket(2, id), price, truncate(3, name), flag, raw, at_utc, clock"


class Header:
    """What stands before the first block of an Avro file."""

    def __init__(self, path):
        self._bytes, self._at = pathlib.Path(path).read_bytes(), 4
        equal(self._bytes[:4], b"Obj\x01", path)
        self.meta = {}
        while count := self._long():
            if count < 0:  # the block says its size too
                count, _ = -count, self._long()
            for _ in range(count):
                key = self._text().decode()
                self.meta[key] = self._text().decode()
        self.schema = json.loads(self.meta["avro.schema"])

    def _long(self):
        value = shift = 0
        while True:
            byte = self._bytes[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value >> 1 ^ -(value & 1)

    def _text(self):
        size = self._long()
        self._at += size
        return self._bytes[self._at - size:self._at]


def ids_of_avro(kind, path=""):
    """Every id of an Avro schema by the path of names to it. A record's field, an element, a key or a value without one is an error."""
    if isinstance(kind, list):
        return ids_of_avro(next(each for each in kind if each != "null"), path)
    if not isinstance(kind, dict):
        return {}
    ids = {}
    if kind["type"] == "record":
        for field in kind["fields"]:
            place = f"{path}/{field.get('iceberg-field-name', field['name'])}"
            if type(field.get("field-id")) is not int:
                raise AssertionError(f"{place} has no field id: {field}")
            ids[place] = field["field-id"]
            ids |= ids_of_avro(field["type"], place)
    elif kind["type"] == "array" and kind.get("logicalType") == "map":
        ids |= ids_of_avro(kind["items"], path)
    elif kind["type"] == "array":
        if type(kind.get("element-id")) is not int:
            raise AssertionError(f"{path} has no element id: {kind}")
        ids |= {f"{path}/element": kind["element-id"]} | ids_of_avro(kind["items"], f"{path}/element")
    elif kind["type"] not in ("fixed", "int", "long", "bytes", "string"):
        raise AssertionError(f"{path} is of the type {kind}")
    return ids


def ids_of_iceberg(kind, path=""):
    ids = {}
    if isinstance(kind, StructType):
        for field in kind.fields:
            ids |= {f"{path}/{field.name}": field.field_id} | ids_of_iceberg(field.field_type, f"{path}/{field.name}")
    elif isinstance(kind, ListType):
        ids |= {f"{path}/element": kind.element_id} | ids_of_iceberg(kind.element_type, f"{path}/element")
    elif isinstance(kind, MapType):
        ids |= {f"{path}/key": kind.key_id, f"{path}/value": kind.value_id}
    return ids


def check_header(path, table, codec):
    """True for a manifest, False for a list of them."""
    header = Header(path)
    version = table.metadata.format_version
    equal((header.meta["avro.codec"], header.meta["format-version"]), (codec, str(version)), path)
    found = ids_of_avro(header.schema)
    if "/manifest_path" in found:
        known = ids_of_iceberg(MANIFEST_LIST_FILE_SCHEMAS[3].as_struct())
        required = ids_of_iceberg(MANIFEST_LIST_FILE_SCHEMAS[version].as_struct())
        partition = {}
    else:
        known = ids_of_iceberg(MANIFEST_ENTRY_SCHEMAS[3].as_struct()) | ids_of_iceberg(MANIFEST_ENTRY_SCHEMAS[1].as_struct())
        required = ids_of_iceberg(MANIFEST_ENTRY_SCHEMAS[version].as_struct())
        spec = table.specs()[int(header.meta["partition-spec-id"])]
        partition = {f"/data_file/partition/{field.name}": field.field_id for field in spec.fields}
        equal([(field["name"], field["field-id"]) for field in json.loads(header.meta["partition-spec"])], [(field.name, field.field_id) for field in spec.fields], path)
        equal({each for each in json.loads(header.meta["schema"]) if each in ("type", "fields")}, {"type", "fields"}, path)
        if version > 1 and header.meta["content"] not in ("data", "deletes"):
            raise AssertionError(f"{path}: the content is {header.meta['content']}")
    for place, number in found.items():
        if number != (known | partition).get(place):
            raise AssertionError(f"{path}: {place} has the id {number}, not {(known | partition).get(place)}")
    missing = {place for place in required if place not in found} - OPTIONAL
    if missing or not set(partition) <= set(found):
        raise AssertionError(f"{path}: nothing has the ids of {sorted(missing | (set(partition) - set(found)))}")
    return "/manifest_path" not in found


# What a writer may leave out of its files.
OPTIONAL = {"/data_file/file_ordinal", "/data_file/sort_columns", "/data_file/sort_columns/element", "/data_file/distinct_counts", "/data_file/distinct_counts/key", "/data_file/distinct_counts/value"}


def field_ids(lake):
    """Tables after every kind of change."""
    few = everything(6)
    rows = pyarrow.concat_tables([few] * 10).set_column(0, "id", pyarrow.array(range(60), pyarrow.int64()))  # ten rows of each partition
    counted = {True: 0, False: 0}
    for setting, codec, version in TRIED:
        name = lake.fresh(f"headers_{setting}_{version}")
        settings = {"write.avro.compression-codec": setting, "format-version": version, "commit.manifest.min-count-to-merge": "3"}
        lake.dvt("table", "create", name, "--like", lake.write(rows), "--partition-by", LAYOUT, *[word for each in settings.items() for word in ("--set", "=".join(each))])
        seen = set()

        def check(what, writes=True):
            table, fresh = lake.peer(name), {path for path in lake.folder(name).rglob("*.avro") if path not in seen}
            if writes and not fresh:
                raise AssertionError(f"{what} wrote no manifest")
            for path in fresh:
                counted[check_header(path, table, codec)] += 1
            seen.update(fresh)

        def deletes(mode):
            lake.dvt("table", "set", name, "--set", f"write.delete.mode={mode}")

        lake.append(name, rows.slice(0, 40))
        check("append")
        lake.append(name, rows.slice(40).append_column("added", pyarrow.array([1.5] * 20)))
        check("append with a new column")
        lake.dvt("delete", name, "--where", "id < 5")
        check("delete by writing again")
        if version == "2":
            deletes("merge-on-read")
            lake.dvt("delete", name, "--where", "id = 17 or small = 30")
            check("delete by position")
            if not any(task.delete_files for task in lake.peer(name).scan().plan_files()):
                raise AssertionError("no position deletes were written")
            deletes("copy-on-write")
        lake.dvt("upsert", name, lake.write(everything(70, 3).slice(50)), "--key", "id")
        check("upsert")
        lake.dvt("overwrite", name, lake.write(rows.slice(30, 10)), "--where", "id >= 30 and id < 40")
        check("overwrite by a filter")
        lake.dvt("overwrite", name, lake.write(rows.slice(10, 10)), "--partitions")
        check("overwrite of partitions")
        with lake.peer(name).update_spec() as update:
            update.remove_field("flag")
            update.add_field("small", BucketTransform(3), "a place-ä")
        lake.append(name, rows.slice(0, 5))
        check("append by the other partitions")
        for number in range(4):
            lake.append(name, rows.slice(number, 1))
        check("append, with manifests merged")
        lake.dvt("compact", name)
        check("compact")
        lake.append(name, rows.slice(6, 1))
        lake.append(name, rows.slice(7, 1))
        check("append twice")
        lake.dvt("rewrite-manifests", name)
        check("rewrite-manifests")
        lake.append(name, rows.slice(5, 1), "--branch", "side", "--create-branch")
        check("append to a branch")
        lake.dvt("rollback", name, "--snapshot", str(lake.peer(name).metadata.snapshots[-3].snapshot_id))
        lake.dvt("expire", name, "--older-than", (datetime.datetime.now(UTC) + datetime.timedelta(days=1)).isoformat())
        check("expire", writes=False)
        lake.dvt("overwrite", name, lake.write(rows))
        check("overwrite of all")
        equal(lake.peer(name).scan().to_arrow().num_rows, 60)
        lake.no_litter(name)
    return f"{counted[True]} manifests, {counted[False]} lists"


CASES = [("manifests carry their field ids", field_ids)]
