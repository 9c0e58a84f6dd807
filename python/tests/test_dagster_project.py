"""A project run by Dagster's own command: what its runs leave in the tables and in Dagster's records."""
import datetime
import os
import pathlib
import subprocess
import sys

import dagster
import dvt
import pytest

PROJECT = pathlib.Path(__file__).parent / "dagster_project" / "definitions.py"


class Project:
    def __init__(self, home, space, address):
        self.home, self.space = home, space
        (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        self.environment = {**os.environ, "DAGSTER_HOME": str(home), "SPACE": space, "LAKE_SECRET": address["credential"].partition(":")[2]}

    def materialize(self, asset, *arguments, fails=None, **environment):
        done = subprocess.run([sys.executable, "-m", "dagster", "asset", "materialize", "-f", str(PROJECT), "--select", f"key:{self.space}/{asset}", *arguments],
                              env={**self.environment, **environment}, cwd=self.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180)
        assert self.environment["LAKE_SECRET"] not in done.stdout
        if fails is None:
            assert done.returncode == 0, done.stdout
        else:
            assert done.returncode != 0 and fails in done.stdout, done.stdout
        return done.stdout

    def metadata(self, asset):
        """What Dagster keeps of an asset's newest materialization."""
        with dagster.DagsterInstance.from_config(str(self.home)) as instance:
            event = instance.get_latest_materialization_event(dagster.AssetKey([self.space, *asset.split("/")]))
            return {name: value.value for name, value in event.asset_materialization.metadata.items()}

    def of_partitions(self, asset, name):
        """One of the metadata of each partition's newest materialization."""
        with dagster.DagsterInstance.from_config(str(self.home)) as instance:
            found = instance.fetch_materializations(dagster.AssetKey([self.space, *asset.split("/")]), limit=1000, ascending=True).records
            return {record.partition_key: record.asset_materialization.metadata[name].value for record in found}

    def check(self, catalog, asset, columns, rows, transforms):
        """The metadata that Dagster's own pages show, against the table."""
        told, table = self.metadata(asset), catalog.load_table(f"{self.space}.{asset.replace('/', '_')}")
        assert (told["dagster/table_name"], told["table"]) == (table.name, table.name)
        assert [(column.name, column.type) for column in told["dagster/column_schema"].columns] == columns
        assert all(column.constraints.nullable for column in told["dagster/column_schema"].columns)
        assert told["dagster/partition_row_count"] == told["num_rows"] == rows
        assert told["snapshot_id"] == str(table.current_snapshot.snapshot_id) and told["dagster/row_count"] == table.scan().count()
        assert [field.transform for field in table.partition_fields] == transforms
        return table


@pytest.fixture
def project(tmp_path, space, address):
    return Project(tmp_path, space, address)


def counts(table, column):
    rows = table.refresh().scan([column]).to_arrow()[column].to_pylist()
    return {value: rows.count(value) for value in sorted(set(rows))}


def test_a_project(project, catalog, space):
    project.materialize("orders", "--partition", "2024-01-01")
    table = catalog.load_table(f"{space}.orders")
    told = project.metadata("orders")
    assert (told["dagster/partition_row_count"], told["dagster/table_name"], told["snapshot_id"]) == (24, f"{space}.orders", str(table.current_snapshot.snapshot_id))
    assert [column.name for column in told["dagster/column_schema"].columns] == ["id", "at", "amount"]

    # A stream that breaks, then the same run again.
    project.materialize("orders", "--partition", "2024-01-02", fails="the source of orders is gone", BREAK="1")
    assert len(table.refresh().snapshots) == 1
    project.materialize("orders", "--partition", "2024-01-02")
    project.materialize("orders", "--partition", "2024-01-02")
    assert len(table.refresh().snapshots) == 3 and table.scan().count() == 48

    # Three days in one run; the rows are wider now.
    project.materialize("orders", "--partition-range", "2024-01-02...2024-01-04", WIDER="1")
    assert len(table.refresh().snapshots) == 4 and table.scan().count() == 96 and table.scan(where="note = 'wide'").count() == 72
    assert table.schema.names == ["id", "at", "amount", "note"] and project.metadata("orders")["dagster/row_count"] == 96
    assert project.metadata("orders")["num_rows"] == 72  # of the run
    assert project.of_partitions("orders", "dagster/partition_row_count") == {f"2024-01-0{day}": 24 for day in range(1, 5)}

    project.materialize("late", "--partition", "2024-01-03")
    assert catalog.load_table(f"{space}.late").scan(["amount"]).to_arrow().to_pydict() == {"amount": [float(sum(range(12, 24)))]}

    for region in ("eu", "us"):
        project.materialize("shops", "--partition", region)
    assert counts(catalog.load_table(f"{space}.shops"), "region") == {"eu": 3, "us": 3}

    for key in ("2024-01-01|eu", "2024-01-01|us", "2024-01-01|eu"):
        project.materialize("gold/stock", "--partition", key)
    stock = catalog.load_table(f"{space}.gold_stock")
    assert counts(stock, "region") == {"eu": 2, "us": 2} and [field.transform for field in stock.partition_fields] == ["day", "identity"]

    project.materialize("totals")
    assert catalog.load_table(f"{space}.totals").scan().to_arrow().to_pylist() == [{"orders": 96, "shops": 6}]


def test_hours_weeks_and_months(project, catalog, space):
    project.materialize("clicks", "--partition", "2024-01-01-00:00")
    project.check(catalog, "clicks", [("id", "long"), ("at", "timestamptz"), ("page", "string")], 16, ["hour"])
    project.materialize("clicks", "--partition-range", "2024-01-07-22:00...2024-01-08-01:00")  # two hours of a week, two of the next
    project.materialize("clicks", "--partition", "2024-01-01-00:00")
    table = catalog.load_table(f"{space}.clicks")
    assert (table.scan().count(), len(table.snapshots), len(table.scan().plan().files)) == (80, 3, 5)
    assert set(project.of_partitions("clicks", "dagster/partition_row_count").values()) == {16} and len(project.of_partitions("clicks", "table")) == 5

    for week in ("2024-01-01", "2024-01-08", "2024-01-01"):
        project.materialize("pages", "--partition", week)
    pages = project.check(catalog, "pages", [("week", "date"), ("clicks", "long")], 1, ["day"])
    assert sorted(pages.scan().to_arrow().to_pylist(), key=lambda row: row["week"]) == [{"week": datetime.date(2024, 1, 1), "clicks": 24}, {"week": datetime.date(2024, 1, 8), "clicks": 16}]

    project.materialize("months", "--partition", "2024-01-01")
    months = project.check(catalog, "months", [("month", "date"), ("clicks", "long")], 1, ["month"])
    assert months.scan().to_arrow().to_pylist() == [{"month": datetime.date(2024, 1, 1), "clicks": 40}]


def test_partitions_of_two_kinds(project, catalog, space):
    for key in ("2024-01-01|eu", "2024-01-01|us", "2024-01-02|eu", "2024-01-01|eu"):
        project.materialize("gold/stock", "--partition", key)
    project.check(catalog, "gold/stock", [("day", "date"), ("region", "string"), ("item", "long")], 2, ["day", "identity"])
    for key in ("2024-01-01|eu", "2024-01-02|eu"):
        project.materialize("counted", "--partition", key)
    counted = project.check(catalog, "counted", [("day", "date"), ("region", "string"), ("items", "long")], 1, ["day", "identity"])
    assert [row["items"] for row in counted.scan().to_arrow().to_pylist()] == [2, 2]


def test_a_step_is_tried_again(project, catalog, space, tmp_path):
    """A first try that fails leaves nothing; the second one's rows are there once, also after another run."""
    (tmp_path / "flaky").touch()
    output = project.materialize("visits", FLAKY=str(tmp_path / "flaky"))
    assert "the source of visits is gone" in output and not (tmp_path / "flaky").exists()
    table = catalog.load_table(f"{space}.visits")
    assert (table.scan().count(), len(table.snapshots)) == (20, 1)
    told = project.metadata("visits")
    assert (told["num_rows"], told["dagster/row_count"], "dagster/partition_row_count" in told) == (20, 20, False)
    (tmp_path / "flaky").touch()
    project.materialize("visits", FLAKY=str(tmp_path / "flaky"))
    assert (table.refresh().scan().count(), len(table.snapshots)) == (40, 2)


def test_a_run_says_what_is_wrong(project, catalog, space):
    output = project.materialize("orders", "--partition", "2024-01-01", fails="CatalogAuthenticationError", LAKE_SECRET="not-the-secret-1")
    assert "check the client id, the secret" in output and "not-the-secret-1" not in output
    output = project.materialize("orders", "--partition", "2024-01-01", fails="CatalogConnectionError", DVT_LAKE_URI="http://127.0.0.1:9")
    with pytest.raises(dvt.TableNotFoundError):
        catalog.load_table(f"{space}.orders")
