"""The package's types, held to by mypy: the package itself, and a program that uses it."""
import importlib.util
import pathlib
import subprocess
import sys

import dvt
import pytest

PROGRAM = """
import datetime
from typing import assert_type
import dvt
import polars
import pyarrow
from dvt.dagster import IcebergIOManager, PolarisResource, Retry, WriteMode

catalog = dvt.Catalog("http://127.0.0.1", credential="a:b")
table = catalog.create_table("a.b", pyarrow.schema([]), keys=["id"], partition_by="day(at)")
assert_type(table, dvt.Table)
assert_type(table.append(pyarrow.table({}), branch="side", create_branch=True), dvt.Written)
assert_type(table.rewrite_manifests(target_bytes=5), dvt.RewrittenManifests)
assert_type(table.delete("id = 1").snapshot_id, int | None)
assert_type(table.scan(["id"], as_of=datetime.datetime.now()).to_polars(), polars.DataFrame)
assert_type([snapshot.at for snapshot in table.snapshots], list[datetime.datetime])
assert_type(table.properties, dict[str, str])
table.alter_column("id", type="long", nullable=True)
try:
    table.rename_column("a", "b")
except dvt.CommitStateUnknownError as error:
    assert_type(error.hint, str)
IcebergIOManager(catalog=PolarisResource(uri="x", retry=Retry(max_attempts=2)), write_mode=WriteMode.UPSERT)
table.delete(where=3)  # wrong
catalog.load_table(7)  # wrong
"""


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed: ./dev setup")
def test_the_types_hold(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    settings = pathlib.Path(__file__).parents[1] / "pyproject.toml"
    mypy = [sys.executable, "-m", "mypy", "--config-file", settings, "--cache-dir", tmp_path / "cache"]
    package = subprocess.run([*mypy, pathlib.Path(dvt.__file__).parent], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert package.returncode == 0, package.stdout
    program = subprocess.run([*mypy, "program.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    wrong = [number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# wrong")]
    told = [int(line.split(":")[1]) for line in program.stdout.splitlines() if ": error:" in line]
    assert told == wrong, program.stdout
