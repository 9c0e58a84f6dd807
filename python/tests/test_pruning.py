"""Each layout × each filter of tests/lake/pruning.toml: the same files as PyIceberg leaves, and the same rows as PyIceberg and as DuckDB over the rows in memory."""
import pathlib
import re
import sys
import tomllib

import pytest

LAKE = pathlib.Path(__file__).parents[2] / "tests" / "lake"
sys.path.insert(0, str(LAKE))
import dvt  # noqa: E402
import pyarrow  # noqa: E402

peer_catalogs = pytest.importorskip("pyiceberg.catalog")
duckdb = pytest.importorskip("duckdb")
from pyiceberg.manifest import ManifestFile  # noqa: E402
from pyiceberg.expressions import parser  # noqa: E402

from cases import everything  # noqa: E402

TOLD = tomllib.loads((LAKE / "pruning.toml").read_text())
ROWS = everything(TOLD["rows"]).drop_columns(["tags", "pair", "pairs", "counts"])
COUNTED = {"equal": 0, "crashed": 0}


def whole(told):
    """A filter as it is asked: LONG stands for so many values, of which two are in the table."""
    values = ", ".join(str(value) for value in [3, 390, *range(10000, 10000 + told.get("long", 2) - 2)])
    return {key: text.replace("LONG", values) if isinstance(text, str) else text for key, text in told.items()}


FILTERS = [whole({"sql": each} if isinstance(each, str) else each) for each in TOLD["filters"]]


def quoted(sql):
    """As DuckDB reads it, where `at` is a word of the language."""
    return re.sub(r"\bat\b", '"at"', sql)


@pytest.fixture(scope="module")
def rows_of():
    """The ids of the rows that DuckDB finds for a filter."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("t", ROWS)
    return {each["sql"]: sorted(row[0] for row in connection.execute(f"select id from t where {quoted(each.get('duckdb', each['sql']))}").fetchall()) for each in FILTERS}


def peer_files(table, filter_, sql):
    """The paths of PyIceberg's files, or None where it fails."""
    try:
        return {task.file.file_path for task in table.scan(row_filter=filter_).plan_files()}
    except TypeError:
        if not any(re.search(crash["filter"], sql) for crash in TOLD["crashes"]):
            raise
        return None


@pytest.fixture(autouse=True)
def manifests_read_once(monkeypatch):
    """PyIceberg reads a table's manifests anew for each plan; here they do not change."""
    fetch, entries = ManifestFile.fetch_manifest_entry, {}

    def fetched(manifest, io, discard_deleted=True):
        key = (manifest.manifest_path, discard_deleted)
        if key not in entries:
            entries[key] = fetch(manifest, io, discard_deleted)
        return entries[key]

    monkeypatch.setattr(ManifestFile, "fetch_manifest_entry", fetched)


@pytest.mark.parametrize("layout", TOLD["layouts"], ids=lambda layout: layout or "no partitions")
def test_pruning(layout, address, catalog, space, rows_of):
    table = catalog.create_table(f"{space}.t", ROWS.schema, partition_by=layout)
    all_rows = ROWS.take(list(range(12, ROWS.num_rows, 13))) if layout in TOLD["thin"] else ROWS
    ids = set(all_rows["id"].to_pylist())
    step = TOLD["rows_of_file"] if not layout else all_rows.num_rows
    for first in range(0, all_rows.num_rows, step):
        table.append(all_rows.slice(first, step))
    peer = peer_catalogs.load_catalog("peer", type="rest", uri=address["uri"], credential=address["credential"], scope="PRINCIPAL_ROLE:ALL").load_table(f"{space}.t")
    wrong = []
    for each in FILTERS:
        sql = each["sql"]
        scan = table.scan(["id"], sql)
        rows = sorted(scan.to_arrow()["id"].to_pylist())
        there = [each for each in rows_of[sql] if each in ids]
        if rows != there:
            wrong.append(f"{sql}: rows {rows[:20]}, DuckDB {there[:20]}")
        expression = parser.parse(each.get("peer", sql))
        theirs = peer_files(peer, expression, sql)
        if theirs is None:
            COUNTED["crashed"] += 1
            continue
        ours = {file.path for file in scan.plan().files}
        COUNTED["equal"] += ours == theirs
        if ours != theirs:
            wrong.append(f"{sql}: {len(ours - theirs)} files that PyIceberg passes over, {len(theirs - ours)} of its {len(theirs)} files missing")
        if layout in TOLD["peer_rows"]:
            wanted = sorted(peer.scan(row_filter=expression, selected_fields=("id",)).to_arrow()["id"].to_pylist())
            if rows != wanted:
                wrong.append(f"{sql}: rows {rows[:20]}, PyIceberg {wanted[:20]}")
    assert not wrong, "\n".join(wrong)


def test_pruning_counted(record_property):
    """Says how many plans were equal."""
    if sum(COUNTED.values()) < len(FILTERS) * len(TOLD["layouts"]):
        pytest.skip("only some layouts were tried")
    record_property("counted", f"{COUNTED['equal']} plans with the files of PyIceberg's, {COUNTED['crashed']} that PyIceberg fails at")
    assert sum(COUNTED.values()) == len(FILTERS) * len(TOLD["layouts"]) and COUNTED["crashed"] <= 2


def test_planned_files_that_cannot_match_are_not_opened(catalog, space):
    """A file of NULLs alone is in the plan of a negation, as in PyIceberg's, but reading does not need it."""
    table = catalog.create_table(f"{space}.t", ROWS.schema)
    rows = ROWS.slice(0, 30)
    table.append(rows)
    of_values, = table.scan().plan().files
    table.append(rows.set_column(rows.schema.get_field_index("name"), "name", pyarrow.nulls(30, pyarrow.string())))
    of_nulls, = [file for file in table.scan().plan().files if file.path != of_values.path]
    pathlib.Path(of_nulls.path.removeprefix("file:")).unlink()
    for where in ("name <> 'x'", "name not in ('x', 'y')", "name not like 'x%'"):
        assert {file.path for file in table.scan(["id"], where).plan().files} == {of_values.path, of_nulls.path}
        assert len(table.scan(["id"], where).to_arrow()) == rows.num_rows - rows["name"].null_count
    with pytest.raises(dvt.StorageError):
        table.scan(["id"]).to_arrow()
