"""Cases of the suite `lake`: bad_input.toml by `dvt lake` and by projects. Python's are in python/tests/test_bad_input_table.py."""
import json
import time

import pyarrow
import yaml

import bad_world
from cases import equal

SLOWEST = 20  # seconds; what hangs is a failure

PROFILE = {"type": "iceberg", "schema": "unused"}
PROJECT = """
name: bad
profile: bad
version: '1'
transfer: {retries: 1, retry_base: 0.1}
"""
SOURCES = """
version: 2
sources: [{name: lake, connection: lake, schema: "%s", tables: [{name: "%s"}]}]
"""


def world_of(lake):
    """The table that is damaged and read, made once."""
    if not hasattr(lake, "bad_world"):
        table, strict = lake.fresh("bad"), lake.fresh("bad_strict")
        rows = pyarrow.table({"id": pyarrow.array([1, 2, 3], pyarrow.int64()), "name": ["a", "b", "c"], "price": pyarrow.array([1, 2, 3], pyarrow.decimal128(9, 2)),
                              "at": pyarrow.array([0, 1, 2], pyarrow.timestamp("us"))})
        lake.append(table, rows, "--create")
        lake.dvt("table", "set", table, *(text for name, value in bad_world.World.SETTINGS.items() for text in ("--set", f"{name}={value}")))
        lake.dvt("delete", table, "--where", "id = 2")
        lake.dvt("ref", "set", table, "fixed", "--tag")
        lake.peer_catalog.create_table(strict, schema=pyarrow.schema([pyarrow.field("id", pyarrow.int64(), nullable=False), ("name", pyarrow.string())]))
        lake.bad_world = bad_world.World(lake.uri, lake.credential, table, strict, lake.scratch)
    return lake.bad_world


def rows_file(lake, case):
    data = case.get("data", "")
    if data == "garbage":
        path = lake.scratch / "garbage.arrow"
        path.write_bytes(b"no rows at all")
    elif data == "cut":
        whole = lake.write(pyarrow.table({"id": pyarrow.array(range(3, 900), pyarrow.int64())}))
        path = lake.scratch / "cut.arrow"
        path.write_bytes(whole.read_bytes()[:4000])
    else:
        path = data if data.startswith("/") else lake.write(bad_world.rows_of(case))
    return str(path)


def command_of(lake, case, table):
    """The words after `dvt lake`."""
    given, do = case.get("arguments", {}), case.get("do", "scan")
    options = [text for key, word in (("where", "--where"), ("snapshot", "--snapshot"), ("as_of", "--as-of"), ("limit", "--limit"), ("threads", "--threads"), ("branch", "--branch"),
                                      ("partition_by", "--partition-by"), ("sort_by", "--sort-by")) if key in given for text in (word, str(given[key]))]
    options += ["--partitions"] * given.get("partitions", False) + ["--no-evolution"] * (not given.get("evolve", True))
    if given.get("columns") or given.get("keys"):
        options += ["--columns" if "columns" in given else "--key", ",".join(given.get("columns") or given["keys"])]
    if do in ("append", "overwrite", "upsert"):
        return [do, table, rows_file(lake, case), *options]
    if do == "scan":
        return ["scan", table, *options, *(["--ref", given["ref"]] if "ref" in given else []), "--output", "json"]
    if do == "create":
        rows = lake.write(pyarrow.table({"id": [1], "name": ["a"], "at": pyarrow.array([0], pyarrow.timestamp("us"))}))
        return ["table", "create", table if "partition_by" not in given and "sort_by" not in given else table + "_new", "--like", rows, *options]
    if do == "tag":
        return ["ref", "set", table, given["ref"], "--tag", "--snapshot", given["snapshot"]]
    if do == "drop ref":
        return ["ref", "drop", table, given["ref"]]
    return [do, table, *options]


def by_command(lake, case):
    world = world_of(lake)
    with world.of(case) as here:
        settings = {key: value for key, value in here.properties.items() if key not in ("uri", "credential", "token", "scope", "warehouse")}
        environment = {"DVT_LAKE_" + key.upper(): here.properties.get(key, "") for key in ("uri", "credential", "token", "scope", "warehouse")}
        command = [*command_of(lake, case, here.table), *(text for key, value in settings.items() for text in ("--property", f"{key}={value}"))]
        before, began = world.files(), time.time()
        outcome = lake.context.run([lake.context.program, "--log-format-file", "json", "--log-path", lake.scratch / "log", "lake", *command],
                                   environment={**lake.environment, **environment, "AWS_EC2_METADATA_DISABLED": "true"}, timeout=120)
        seconds = time.time() - began
        equal(world.files(), before, "files of the table")
    if "rows" in case:
        equal((outcome.code, len(outcome.output.splitlines())), (0, case["rows"]), outcome.output)
        return
    lines = outcome.output.splitlines()
    # One line says it; what was being done and what to do follow, set in.
    shape = [line for line in lines if line.startswith("Error: ")] + [line for line in lines if line.startswith("  ")]
    equal((outcome.code, lines), (2, shape), "the form of\n" + outcome.output)
    wrong = here.check(case, " ".join(line.strip() for line in lines))
    if wrong or len(lines[0]) > 700:
        raise AssertionError(f"{wrong or 'a line is too long'}:\n{outcome.output}")
    equal(seconds < SLOWEST, True, f"{seconds:.0f} s")


def by_project(lake, case):
    """A model that reads the table."""
    world, folder = world_of(lake), lake.scratch / "project_bad"
    (folder / "models").mkdir(parents=True, exist_ok=True)
    with world.of(case) as here:
        settings = dict(here.properties)
        output = {**PROFILE, **{key: settings.pop(key) for key in ("uri", "credential", "token", "warehouse", "scope") if key in settings}, "properties": settings}
        (folder / "profiles.yml").write_text(yaml.safe_dump({"bad": {"target": "duck", "outputs": {"lake": output, "duck": {"type": "duckdb", "path": "bad.duckdb", "schema": "main"}}}}))
        (folder / "dbt_project.yml").write_text(PROJECT)
        space, _, name = here.table.rpartition(".")
        (folder / "models" / "sources.yml").write_text(SOURCES % (space, name))
        (folder / "models" / "m.sql").write_text("select * from {{ source('lake', '%s') }}" % name)
        log = folder / "logs" / "dvt.log"
        log.unlink(missing_ok=True)
        began = time.time()
        outcome = lake.context.run([lake.context.program, "run", "--project-dir", folder, "--profiles-dir", folder], environment={"AWS_EC2_METADATA_DISABLED": "true"}, timeout=40)
        seconds = time.time() - began
    if "rows" in case:
        equal(outcome.code, 0, outcome.output)
        return
    equal(outcome.code in (1, 2), True, outcome.output)
    wrong = here.check(case, " ".join(outcome.output.split()))
    for path in [*folder.glob("logs/*"), *folder.glob("target/*.json")]:
        for secret in bad_world.SECRETS:
            if secret in path.read_text(errors="replace"):
                wrong = f"{path} holds '{secret}'"
    if wrong:
        raise AssertionError(f"{wrong}:\n{outcome.output}")
    equal(seconds < SLOWEST, True, f"{seconds:.0f} s")


CASES = [(f"bad input: {case['name']}", lambda lake, case=case: by_command(lake, case)) for case in bad_world.cases("lake")]
CASES += [(f"bad input of a project: {case['name']}", lambda lake, case=case: by_project(lake, case)) for case in bad_world.cases("project")]
