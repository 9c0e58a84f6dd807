"""Each layout × each filter of tests/lake/pruning.toml: as many files as PyIceberg leaves, and the same rows."""
import pathlib
import sys
import tomllib

import pytest

LAKE = pathlib.Path(__file__).parents[2] / "tests" / "lake"
sys.path.insert(0, str(LAKE))
peer_catalogs = pytest.importorskip("pyiceberg.catalog")
from cases import everything  # noqa: E402

TOLD = tomllib.loads((LAKE / "pruning.toml").read_text())
ROWS = everything(400).drop_columns(["tags", "pair", "pairs", "counts"])


@pytest.mark.parametrize("layout", TOLD["layouts"], ids=lambda layout: layout or "no partitions")
def test_pruning(layout, address, catalog, space):
    table = catalog.create_table(f"{space}.t", ROWS.schema, partition_by=layout)
    if layout:
        table.append(ROWS)
    else:
        for first in range(0, 400, 70):
            table.append(ROWS.slice(first, 70))
    peer = peer_catalogs.load_catalog("peer", type="rest", uri=address["uri"], credential=address["credential"], scope="PRINCIPAL_ROLE:ALL").load_table(f"{space}.t")
    wrong = []
    for each in TOLD["filters"]:
        sql, theirs = (each, each) if isinstance(each, str) else (each["sql"], each["peer"])
        wanted = peer.scan(row_filter=theirs)
        files = {task.file.file_path for task in wanted.plan_files()}
        scan = table.scan(["id"], sql)
        ours = {file.path for file in scan.plan().files}
        if ours != files:
            wrong.append(f"{sql}: {len(ours)} files, PyIceberg {len(files)}")
        rows = sorted(wanted.to_arrow()["id"].to_pylist())
        got = sorted(scan.to_arrow()["id"].to_pylist())
        if got != rows:
            wrong.append(f"{sql}: rows {got[:20]}, PyIceberg {rows[:20]}")
    assert not wrong, "\n".join(wrong)
