"""Cases of the suite `lake` for changes of a table's columns, partitioning, order and key that somebody asks for; PyIceberg reads what comes of them."""
import json

import pyarrow
import pyarrow.parquet

from cases import equal

ROWS = pyarrow.table({"id": pyarrow.array([1, 2, 3], pyarrow.int32()), "name": ["a", "b", "c"], "region": ["eu", "us", "eu"], "price": pyarrow.array([1, 2, 3], pyarrow.decimal128(9, 2)),
                      "place": [{"city": "x", "zip": 1}, {"city": "y", "zip": 2}, None], "tags": [["t"], [], None]})


def rows_of(table):
    return sorted(table.to_pylist(), key=lambda row: row["id"])


def columns(lake):
    name = lake.fresh("columns")
    lake.dvt("append", name, lake.write(ROWS), "--create", "--partition-by", "region", "--sort-by", "id")
    first = lake.peer(name).current_snapshot().snapshot_id
    ids = {field.name: field.field_id for field in lake.peer(name).schema().fields}
    for words in (["rename", name, "name", "label"], ["rename", name, "place.city", "town"], ["set", name, "id", "--type", "long", "--doc", "the key"], ["set", name, "price", "--type", "decimal(12, 2)"],
                  ["add", name, "note", "string", "--doc", "free text"], ["add", name, "place.since", "date"], ["drop", name, "place.zip"], ["drop", name, "tags"]):
        lake.dvt("column", *words)
    schema = lake.peer(name).schema()
    equal([(field.name, str(field.field_type)) for field in schema.fields if field.name != "place"], [("id", "long"), ("label", "string"), ("region", "string"), ("price", "decimal(12, 2)"), ("note", "string")])
    equal([(field.name, str(field.field_type)) for field in schema.find_field("place").field_type.fields], [("town", "string"), ("since", "date")])
    equal((schema.find_field("label").field_id, schema.find_field("id").doc, schema.find_field("note").doc), (ids["name"], "the key", "free text"))
    # The rows are what they were, also to PyIceberg; old snapshots have their old columns.
    expected = [{"id": row["id"], "label": row["name"], "region": row["region"], "price": row["price"], "place": row["place"] and {"town": row["place"]["city"], "since": None}, "note": None} for row in rows_of(ROWS)]
    for found in (lake.scan(name), lake.peer(name).scan().to_arrow()):
        equal(rows_of(found), expected)
    equal(rows_of(lake.scan(name, "--snapshot", str(first))), rows_of(ROWS))
    equal(lake.scan(name, "--where", "label = 'b' and place.town = 'y'").num_rows, 1)
    # A name that is free again is another column.
    lake.append(name, pyarrow.table({"id": pyarrow.array([4], pyarrow.int64()), "name": ["new"], "region": ["eu"]}))
    equal([(row["label"], row["name"]) for row in rows_of(lake.scan(name))], [("a", None), ("b", None), ("c", None), (None, "new")])
    equal(lake.peer(name).schema().find_field("name").field_id > max(ids.values()), True)
    for words, says in ((["rename", name, "labl", "x"], "no column 'labl'. Did you mean 'label'?"), (["rename", name, "label", "Region"], "a column 'Region' already"), (["rename", name, "label", ""], "needs a new name"),
                        (["drop", name, "region"], "'region' is needed for the table's partitions"), (["drop", name, "id"], "'id' is needed for the table's order"), (["set", name, "label", "--type", "long"], "'label' is string and cannot become long"),
                        (["set", name, "id", "--type", "int"], "'id' is long and cannot become int"), (["set", name, "id"], "give --type, --nullable or --doc"), (["add", name, "x", "text"], "'text'"), (["add", name, "label", "long"], "a column 'label' already"),
                        (["add", name, "label.x", "long"], "no struct"), (["drop", name, "place.nothing"], "no column 'place.nothing'")):
        lake.dvt("column", *words, fails=says)
    only = lake.fresh("only_column")
    lake.dvt("append", only, lake.write(pyarrow.table({"id": [1]})), "--create")
    lake.dvt("column", "drop", only, "id", fails="is the only column")


def mapped_names(lake):
    """Files without ids know a column by the name that it had."""
    name = lake.fresh("mapped_columns")
    lake.dvt("table", "create", name, "--like", lake.write(ROWS.select(["id", "name"])))
    folder = lake.folder(name) / "data"
    folder.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(ROWS.select(["id", "name"]), folder / "foreign.parquet")
    lake.peer(name).add_files([str(folder / "foreign.parquet")])
    lake.dvt("column", "rename", name, "name", "label")
    lake.dvt("column", "add", name, "name", "string")
    mapping = json.loads(lake.peer(name).properties["schema.name-mapping.default"])
    equal(sorted((entry["field-id"], sorted(entry["names"])) for entry in mapping), [(1, ["id"]), (2, ["label"]), (3, ["name"])])
    lake.dvt("column", "drop", name, "name")
    lake.dvt("column", "rename", name, "id", "number")
    for found in (lake.scan(name), lake.peer(name).scan().to_arrow()):
        equal(sorted(row["number"] for row in found.to_pylist()), [1, 2, 3])


def layouts(lake):
    name = lake.fresh("layouts")
    lake.dvt("append", name, lake.write(ROWS), "--create", "--partition-by", "region")
    for arguments, fields, order in ((["--partition-by", "bucket(4, id)", "--sort-by", "id desc"], ["bucket[4]"], ["desc"]), (["--partition-by", "region, truncate(1, name)"], ["identity", "truncate[1]"], ["desc"]),
                                     (["--unpartitioned", "--unsorted"], [], []), (["--partition-by", "region"], ["identity"], [])):
        lake.dvt("table", "layout", name, *arguments)
        table = lake.peer(name)
        equal(([str(field.transform) for field in table.spec().fields], [field.direction.value for field in table.sort_order().fields]), (fields, order))
        lake.append(name, ROWS)
    table = lake.peer(name)
    equal((table.scan().to_arrow().num_rows, lake.scan(name).num_rows, len(table.metadata.partition_specs), table.spec().spec_id), (15, 15, 4, 0))
    equal({field.field_id for spec in table.metadata.partition_specs for field in spec.fields}, {1000, 1001, 1002})
    equal(lake.scan(name, "--where", "region = 'us'").num_rows, 5)
    for arguments, says in (([], "give --partition-by"), (["--partition-by", "nothing"], "nothing"), (["--partition-by", "day(name)"], "day"), (["--partition-by", "id", "--unpartitioned"], "not both")):
        lake.dvt("table", "layout", name, *arguments, fails=says)


def keys(lake):
    name = lake.fresh("keyed")
    lake.dvt("table", "create", name, "--like", lake.write(ROWS), "--key", "id,region", "--partition-by", "region")
    schema = lake.peer(name).schema()
    equal((schema.identifier_field_names(), schema.find_field("id").required), ({"id", "region"}, True))
    lake.dvt("upsert", name, lake.write(ROWS))
    lake.dvt("upsert", name, lake.write(ROWS.slice(1)))
    equal(rows_of(lake.scan(name)), rows_of(ROWS))
    lake.append(name, pyarrow.table({"id": pyarrow.array([None], pyarrow.int32()), "region": ["eu"]}), fails="id")
    lake.dvt("column", "set", name, "id", "--nullable", fails="is of the table's key")
    lake.dvt("column", "drop", name, "region", fails="is needed for the table's")
    for key, says in (("nothing", "no column 'nothing'"), ("place.zip", "cannot be of a table's key")):
        lake.dvt("table", "create", lake.fresh("keyed_badly"), "--like", lake.write(ROWS), "--key", key, fails=says)


CASES = [("columns change as asked", columns), ("columns of files without ids change", mapped_names), ("partitions and order change as asked", layouts), ("tables with a key", keys)]
