"""Each layout × each filter of tests/lake/pruning.toml: the same files as PyIceberg leaves, or fewer for one of the reasons told there; the same rows as
PyIceberg and as DuckDB over the rows in memory."""
import pathlib
import re
import sys
import tomllib

import pytest

LAKE = pathlib.Path(__file__).parents[2] / "tests" / "lake"
sys.path.insert(0, str(LAKE))
peer_catalogs = pytest.importorskip("pyiceberg.catalog")
duckdb = pytest.importorskip("duckdb")
from pyiceberg.conversions import from_bytes  # noqa: E402
from pyiceberg.manifest import ManifestFile  # noqa: E402
from pyiceberg.expressions import parser  # noqa: E402

from cases import everything  # noqa: E402

TOLD = tomllib.loads((LAKE / "pruning.toml").read_text())
ROWS = everything(TOLD["rows"]).drop_columns(["tags", "pair", "pairs", "counts"])
FILTERS = [{"sql": each} if isinstance(each, str) else each for each in TOLD["filters"]]
COUNTED = {"equal": 0, "fewer": 0, "crashed": 0}


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


class File:
    """A file that PyIceberg opens and dvt does not."""

    def __init__(self, file, schema):
        self.file, self.schema = file, schema

    def only_nulls(self, column):
        return (self.file.null_value_counts or {}).get(self.schema.find_field(column).field_id) == self.file.record_count

    def bounds(self, column):
        field = self.schema.find_field(column)
        return [from_bytes(field.field_type, told[field.field_id]) for told in (self.file.lower_bounds, self.file.upper_bounds)]


def names(sql):
    """Columns that a filter names."""
    return [name for name in ROWS.column_names if re.search(rf"\b{name}\b", sql)]


REASONS = {
    "nulls": lambda file, sql: any(file.only_nulls(column) for column in names(sql)),
    "prefix": lambda file, sql: all(bound.startswith(re.search(r"like '(.*)%'", sql)[1]) for bound in file.bounds("name")),
}


def peer_files(table, filter_, sql):
    """PyIceberg's files, or None where it fails."""
    try:
        return {task.file.file_path: task.file for task in table.scan(row_filter=filter_).plan_files()}
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
        passed_over = [File(theirs[path], peer.schema()) for path in theirs.keys() - ours]
        COUNTED["fewer" if passed_over else "equal"] += 1
        if ours - theirs.keys():
            wrong.append(f"{sql}: {len(ours)} files, PyIceberg {len(theirs)}")
        unexplained = [file for file in passed_over if not any(REASONS[reason](file, sql) for reason in TOLD["fewer"].get(sql, []))]
        if unexplained:
            wrong.append(f"{sql}: {len(unexplained)} of {len(theirs)} files are passed over, and no reason is told")
        if layout in TOLD["peer_rows"]:
            wanted = sorted(peer.scan(row_filter=expression, selected_fields=("id",)).to_arrow()["id"].to_pylist())
            if rows != wanted:
                wrong.append(f"{sql}: rows {rows[:20]}, PyIceberg {wanted[:20]}")
    assert not wrong, "\n".join(wrong)


def test_pruning_counted(record_property):
    """Says how many plans were equal."""
    if sum(COUNTED.values()) < len(FILTERS) * len(TOLD["layouts"]):
        pytest.skip("only some layouts were tried")
    record_property("counted", f"{COUNTED['equal']} plans with the files of PyIceberg's, {COUNTED['fewer']} with fewer, {COUNTED['crashed']} that PyIceberg fails at")
    assert COUNTED["equal"] > COUNTED["fewer"] * 10
