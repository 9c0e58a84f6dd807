"""The mistakes of tests/lake/bad_input.toml, by the package: the class of the hierarchy, one line, the detail in the log, no secret, no file more."""
import datetime
import pathlib
import sys
import time

import dvt
import pyarrow
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "lake"))
import bad_world  # noqa: E402

SLOWEST = 20  # seconds
ROWS = pyarrow.table({"id": pyarrow.array([1, 2, 3], pyarrow.int64()), "name": ["a", "b", "c"], "price": pyarrow.array([1, 2, 3], pyarrow.decimal128(9, 2)),
                      "at": pyarrow.array([0, 1, 2], pyarrow.timestamp("us"))})


@pytest.fixture(scope="module")
def world(address, catalog, tmp_path_factory):
    space = f"bad_{time.time_ns()}"
    catalog.create_namespace(space)
    table = catalog.create_table(f"{space}.t", ROWS.schema, properties=bad_world.World.SETTINGS)
    table.append(ROWS)
    table.delete("id = 2")
    table.set_tag("fixed")
    strict = catalog.create_table(f"{space}.strict", pyarrow.schema([pyarrow.field("id", pyarrow.int64(), nullable=False), ("name", pyarrow.string())]))
    yield bad_world.World(address["uri"], address["credential"], table.name, strict.name, tmp_path_factory.mktemp("bad"))
    for name in (table.name, strict.name):
        catalog.drop_table(name, purge=True)
    catalog.drop_namespace(space)


def done(case, here):
    """What the case does; the rows of a scan."""
    given, do = dict(case.get("arguments", {})), case.get("do", "scan")
    if case.get("world") == "file":
        return dvt.Table.from_metadata(here.table, here.properties).scan().to_arrow()
    properties = dict(here.properties)
    catalog = dvt.Catalog(properties.pop("uri"), properties=properties)
    if do == "create":
        return catalog.create_table(here.table + ("_new" if given else ""), ROWS.schema, **given)
    table = catalog.load_table(here.table)
    if do == "scan":
        if "snapshot" in given:
            given["snapshot_id"] = int(given.pop("snapshot"))
        if "as_of" in given:
            given["as_of"] = datetime.datetime.fromisoformat(given["as_of"])
        return table.scan(**given).to_arrow()
    if do in ("append", "overwrite", "upsert"):
        if "evolve" in given:
            given["evolve_schema"] = given.pop("evolve")
        return getattr(table, do)(bad_world.rows_of(case), **given)
    if do == "rollback":
        return table.rollback(int(given["snapshot"]))
    if do == "tag":
        return table.set_tag(given["ref"], int(given["snapshot"]))
    if do == "drop ref":
        return table.remove_ref(given["ref"])
    return getattr(table, do)(**given)


@pytest.mark.parametrize("case", bad_world.cases("python"), ids=lambda case: case["name"])
def test_bad_input(case, world, fails, monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with world.of(case) as here:
        before, began = world.files(), time.time()
        if "rows" in case:
            assert done(case, here).num_rows == case["rows"]
            return
        kinds = [getattr(dvt, name) for name in case["class"].split("|")]
        error, logged = fails(kinds, "", lambda: done(case, here))
        assert here.check(case, str(error)) is None, f"{here.check(case, str(error))}: {error}"
        assert here.check({"says": []}, str(logged)) is None
        assert world.files() == before
        assert time.time() - began < SLOWEST
