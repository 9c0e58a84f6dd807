"""Cases of the suite `lake` about changes of rows by keys and filters: which files they touch, how much memory they take, and who may come between."""
import json
import re

import pyarrow
import pyarrow.compute

from cases import equal, everything, plain
from cloud_cases import double_over
from delete_cases import delete_by_keys


def paths(lake, name):
    return {file["path"] for file in lake.files(name)}


def few_files(lake):
    """Files that no key can be in are not touched: by their bounds, by partition, by what their rows are."""
    by_bounds, by_bucket = lake.fresh("few_bounds"), lake.fresh("few_buckets")
    rows = everything(1000)
    for begin in range(0, 1000, 100):
        lake.append(by_bounds, rows.slice(begin, 100), "--create")
    lake.append(by_bucket, rows, "--create", "--partition-by", "bucket(16, id)")
    fresh = everything(340, 3).slice(330)
    wanted = plain(pyarrow.concat_tables([rows.slice(0, 330), fresh, rows.slice(340)]))
    for name, files in ((by_bounds, 10), (by_bucket, 16)):
        before = paths(lake, name)
        equal(len(before), files)
        told = json.loads(lake.dvt("upsert", name, lake.write(fresh), "--key", "id", "--output", "json"))
        equal((told["rows"], told["rows_removed"]), (10, 10))
        equal(len(before - paths(lake, name)) <= (1 if name == by_bounds else 10), True, "files that were replaced")
        equal(plain(lake.scan(name)), wanted)
        equal(plain(lake.peer(name).scan().to_arrow()), wanted)
        lake.no_litter(name)
    # Keys of two columns, with nulls, which are equal in an upsert; bounds say nothing of floating-point keys.
    name = lake.fresh("two_keys")
    pairs = pyarrow.table({"a": pyarrow.array([1, 1, None, None, 2], pyarrow.int64()), "b": pyarrow.array(["x", None, "x", None, "y"]), "f": [0.0, 1.0, 2.0, 3.0, float("nan")], "v": [1, 2, 3, 4, 5]})
    lake.append(name, pairs, "--create")
    change = pyarrow.table({"a": pyarrow.array([None, 1, 7], pyarrow.int64()), "b": pyarrow.array([None, None, "z"]), "f": [3.0, 1.0, 7.0], "v": [40, 20, 70]})
    lake.dvt("upsert", name, lake.write(change), "--key", "a", "--key", "b")
    values = lambda: sorted(lake.peer(name).scan().to_arrow()["v"].to_pylist())
    equal(values(), [1, 3, 5, 20, 40, 70])
    lake.dvt("upsert", name, lake.write(pyarrow.table({"a": pyarrow.array([9, 9], pyarrow.int64()), "b": ["q", "q"], "f": [float("nan"), -0.0], "v": [50, 10]})), "--key", "f")
    equal(values(), [3, 10, 20, 40, 50, 70])
    before = paths(lake, name)
    lake.dvt("upsert", name, lake.write(change.slice(0, 0)), "--key", "a")
    equal(paths(lake, name), before)


def many_keys(lake):
    """More keys than memory is given for: they wait on disk. Every second row of the table is replaced, others are added."""
    name = lake.fresh("many_keys")
    count = 900_000

    def rows(numbers, value):
        numbers = pyarrow.array(numbers, pyarrow.int64())
        texts = pyarrow.compute.binary_join_element_wise("a key that is long enough to matter, number", pyarrow.compute.cast(numbers, pyarrow.string()), " ")
        return pyarrow.table({"key": texts, "number": numbers, "value": pyarrow.repeat(value, len(numbers))})

    for begin in range(0, count, 300_000):
        lake.append(name, rows(range(begin, begin + 300_000), "old"), "--create")
    fresh = rows([*range(0, count, 2), *range(count, count + 400_000)], "new")
    told = lake.context.run(["/usr/bin/time", "-v", lake.context.program, "lake", "upsert", name, lake.write(fresh), "--key", "key", "--output", "json"], environment=lake.environment, timeout=300)
    equal(told.code, 0, told.output[-2000:])
    peak = int(re.search(r"Maximum resident set size .*: (\d+)", told.output).group(1)) / 1000
    table = lake.peer(name).scan().to_arrow()
    equal(table.num_rows, count + 400_000)
    equal(sorted(table["number"].to_pylist()), list(range(count + 400_000)))
    equal(pyarrow.compute.all(pyarrow.compute.equal(table["value"], pyarrow.compute.if_else(
        pyarrow.compute.or_(pyarrow.compute.greater_equal(table["number"], count), pyarrow.compute.equal(pyarrow.compute.bit_wise_and(table["number"], 1), 0)), "new", "old"))).as_py(), True)
    lake.no_litter(name)
    snapshots = len(lake.peer(name).metadata.snapshots)
    lake.dvt("upsert", name, lake.write(pyarrow.concat_tables([fresh, fresh.slice(5, 1)])), "--key", "key", fails="a key more than once")
    lake.nothing_written(name, snapshots)
    equal(peak < 250, True, f"{peak:.0f} MB")


def somebody_between(lake):
    """Deletes that somebody commits while a change is under way are not undone by it, and new rows with its keys are not left beside its own."""
    rows = everything(60)
    for what in ("deletes of rows", "deletes by keys", "new rows", "new rows elsewhere"):
        with double_over(lake) as double:
            name = lake.table("between_" + what.replace(" ", "_"), rows.schema, {"write.delete.mode": "merge-on-read"})
            lake.append(name, rows)
            commits = []

            def between(call):
                if call["method"] != "POST" or "/tables/" not in call["path"]:
                    return None
                commits.append(call)
                if len(commits) > 1:
                    return None
                if what == "deletes of rows":
                    lake.dvt("delete", name, "--where", "id = 5")
                elif what == "deletes by keys":
                    delete_by_keys(lake, name, pyarrow.table({"id": pyarrow.array([5], pyarrow.int64())}))
                else:
                    lake.append(name, everything(12, 9).slice(10) if what == "new rows" else everything(102, 9).slice(100))
                return None

            double.faults = [between]
            fresh = everything(14, 3).slice(8)
            environment = {"DVT_LAKE_URI": double.uri, "DVT_LAKE_WAREHOUSE": double.catalog, "DVT_LAKE_CREDENTIAL": f"{double.client}:{double.secret}"}
            lake.dvt("upsert", name, lake.write(fresh), "--key", "id", environment=environment)
            expected = {row["id"]: row for row in plain(rows)}
            expected.update({row["id"]: row for row in plain(fresh)})
            if what.startswith("deletes"):
                del expected[5]
            if what == "new rows elsewhere":
                expected.update({row["id"]: row for row in plain(everything(102, 9).slice(100))})
            equal(plain(lake.scan(name)), [expected[key] for key in sorted(expected)], what)
            equal(len(commits), 2, what)
            lake.no_litter(name)


CASES = [("few files are touched by few keys", few_files), ("more keys than memory", many_keys), ("somebody else comes between", somebody_between)]
