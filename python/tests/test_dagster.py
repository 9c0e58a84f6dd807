"""The IO manager alone: what any IO manager must do (what was put out comes in again, in each type, for each kind of partition), and what this
one promises besides."""
import datetime

import dagster
import dvt
import pandas
import polars
import pyarrow
import pytest
from dagster import DailyPartitionsDefinition, HourlyPartitionsDefinition, MonthlyPartitionsDefinition, MultiPartitionKey, MultiPartitionsDefinition, StaticPartitionsDefinition, WeeklyPartitionsDefinition
from dvt.dagster import IcebergIOManager, PolarisResource, Retry, WriteMode
from dvt.dagster.partitions import Dimension, Slice
from pydantic import ValidationError

CUSTOMERS = pyarrow.table({"id": [1, 2], "name": ["a", "b"]})


@pytest.fixture
def polaris(address):
    client_id, _, secret = address["credential"].partition(":")
    return PolarisResource(uri=address["uri"], client_id=client_id, client_secret=secret)


@pytest.fixture
def manager(polaris, space):
    return IcebergIOManager(catalog=polaris, default_namespace=space)


def put(manager, key, rows, partitions=None, partition=None, metadata=None, keys=None, run_id="run", **more):
    context = dagster.build_output_context(asset_key=key, asset_partitions_def=partitions, partition_key=partition, asset_partition_key_range=keys,
                                           definition_metadata=metadata or {}, run_id=run_id, step_key="step", **more)
    manager.handle_output(context, rows)
    return {name: getattr(value, "value", value) for name, value in context.get_logged_metadata().items()}


def get(manager, key, kind=None, partitions=None, partition=None, metadata=None, asset_metadata=None, keys=None):
    context = dagster.build_input_context(asset_key=key, asset_partitions_def=partitions, partition_key=partition, asset_partition_key_range=keys,
                                          definition_metadata=metadata or {}, dagster_type=dagster.PythonObjectDagsterType(kind) if kind else None,
                                          upstream_output=dagster.build_output_context(asset_key=key, definition_metadata=asset_metadata or {}))
    return manager.load_input(context)


def ids(table):
    return sorted(table["id"].to_pylist())


def hours(first, count, zone=None):
    start = datetime.datetime(2024, 1, 1, tzinfo=zone)
    at = [start + datetime.timedelta(hours=hour) for hour in range(first, first + count)]
    return pyarrow.table({"id": pyarrow.array(range(first, first + count), pyarrow.int64()), "at": pyarrow.array(at, pyarrow.timestamp("us", tz="UTC" if zone else None))})


def test_what_was_put_out_comes_in(manager, space):
    told = put(manager, ["customers"], CUSTOMERS)
    assert get(manager, ["customers"]).equals(CUSTOMERS)
    assert told["table"] == told["dagster/table_name"] == f"{space}.customers"
    assert told["num_rows"] == told["dagster/row_count"] == 2 and int(told["snapshot_id"]) > 0
    assert [(column.name, column.type, column.constraints.nullable) for column in told["dagster/column_schema"].columns] == [("id", "long", True), ("name", "string", True)]
    put(manager, ["customers"], CUSTOMERS, run_id="another")
    assert get(manager, ["customers"]).num_rows == 4


def test_an_append_that_is_tried_again_is_done_once(manager):
    first = put(manager, ["customers"], CUSTOMERS, run_id="same")
    again = put(manager, ["customers"], CUSTOMERS, run_id="same")
    assert get(manager, ["customers"]).num_rows == 2 and again["num_rows"] == 2 and again["snapshot_id"] == first["snapshot_id"]


@pytest.mark.parametrize(("key", "table"), [(["customers"], "public.customers"), (["bronze", "raw_events"], "bronze.raw_events"),
                                            (["gold", "metrics", "daily"], "gold.metrics_daily"), (["a.b", "c"], '"a.b".c')])
def test_keys_are_tables(key, table):
    manager = IcebergIOManager(catalog=PolarisResource(uri="http://127.0.0.1:9"))
    assert manager.table_name(dagster.build_output_context(asset_key=key)) == table
    assert manager.table_name(dagster.build_input_context(asset_key=key)) == table


def test_two_keys_do_not_share_a_table(manager, space):
    put(manager, [space, "metrics", "daily"], CUSTOMERS)
    with pytest.raises(dvt.InvalidInputError, match="belongs to the asset"):
        put(manager, [space, "metrics_daily"], CUSTOMERS)
    put(manager, [space, "metrics_daily"], CUSTOMERS, metadata={"table": f"{space}.other"})
    assert manager.catalog.get_catalog().load_table(f"{space}.other").scan().count() == 2
    with pytest.raises(dvt.InvalidInputError, match="only assets"):
        manager.handle_output(dagster.build_output_context(step_key="s", name="result"), CUSTOMERS)


@pytest.mark.parametrize("made", [lambda t: t, lambda t: t.to_pandas(), polars.from_arrow, lambda t: polars.from_arrow(t).lazy(), lambda t: t.to_reader(), lambda t: iter(t.to_batches())],
                         ids=["pyarrow", "pandas", "polars", "lazy", "reader", "iterator"])
def test_each_type_goes_out(manager, made):
    assert put(manager, ["customers"], made(CUSTOMERS))["num_rows"] == 2
    assert get(manager, ["customers"]).equals(CUSTOMERS)


def test_each_type_comes_in(manager):
    put(manager, ["customers"], CUSTOMERS)
    assert isinstance(get(manager, ["customers"], pandas.DataFrame), pandas.DataFrame) and get(manager, ["customers"], pandas.DataFrame)["name"].tolist() == ["a", "b"]
    assert get(manager, ["customers"], polars.DataFrame).rows() == [(1, "a"), (2, "b")] and get(manager, ["customers"], polars.LazyFrame).collect().height == 2
    assert get(manager, ["customers"], pyarrow.RecordBatchReader).read_all().equals(CUSTOMERS)
    assert get(manager, ["customers"], dvt.Scan).count() == 2 and get(manager, ["customers"], dvt.Table).scan().count() == 2
    with pytest.raises(dvt.InvalidInputError, match="cannot be loaded as builtins.int"):
        get(manager, ["customers"], int)


def test_columns_and_rows_are_chosen(manager, polaris, space):
    put(manager, ["customers"], CUSTOMERS)
    assert get(manager, ["customers"], metadata={"columns": ["name"], "where": "id = 2"}).to_pylist() == [{"name": "b"}]
    assert get(manager, ["customers"], metadata={"limit": 1}).num_rows == 1
    everything = IcebergIOManager(catalog=polaris, default_namespace=space, column_projection_enabled=False)
    assert get(everything, ["customers"], metadata={"columns": ["name"]}).column_names == ["id", "name"]
    with pytest.raises(dvt.InvalidInputError, match="Did you mean 'name'"):
        get(manager, ["customers"], metadata={"columns": ["nmae"]})


def test_tables_are_written_as_their_mode_says(polaris, space, manager):
    whole = IcebergIOManager(catalog=polaris, default_namespace=space, write_mode=WriteMode.OVERWRITE)
    for run in ("one", "two"):
        put(whole, ["customers"], CUSTOMERS, run_id=run)
    assert get(whole, ["customers"]).equals(CUSTOMERS)
    put(manager, ["customers"], pyarrow.table({"id": [2, 3], "name": ["B", "C"]}), metadata={"write_mode": "upsert", "keys": ["id"]})
    assert sorted(row["name"] for row in get(manager, ["customers"]).to_pylist()) == ["B", "C", "a"]
    with pytest.raises(dvt.InvalidInputError, match="it is append, overwrite or upsert"):
        put(manager, ["customers"], CUSTOMERS, metadata={"write_mode": "replace"})


def test_none_writes_nothing(manager):
    assert put(manager, ["customers"], None) == {}
    with pytest.raises(dvt.TableNotFoundError):
        get(manager, ["customers"])


TIMES = [("hour", HourlyPartitionsDefinition(start_date="2024-01-01-00:00"), "2024-01-01-02:00", 1, "2024-01-01-03:00"),
         ("day", DailyPartitionsDefinition(start_date="2024-01-01"), "2024-01-01", 24, "2024-01-02"),
         ("day", WeeklyPartitionsDefinition(start_date="2024-01-01", day_offset=1), "2024-01-01", 168, "2024-01-08"),
         ("month", MonthlyPartitionsDefinition(start_date="2024-01-01"), "2024-01-01", 744, "2024-02-01")]


@pytest.mark.parametrize(("transform", "partitions", "key", "count", "following"), TIMES, ids=["hourly", "daily", "weekly", "monthly"])
@pytest.mark.parametrize("zone", [None, datetime.timezone.utc], ids=["clock", "zone"])
def test_partitions_of_time(manager, space, transform, partitions, key, count, following, zone):
    expression = {"partition_expr": "at"}
    first = 2 if transform == "hour" else 0
    told = put(manager, ["events"], hours(first, count, zone), partitions, key, expression)
    then = min(count, 696)  # February is shorter
    put(manager, ["events"], hours(first + count, then, zone), partitions, following, expression)
    table = manager.catalog.get_catalog().load_table(f"{space}.events")
    assert [(field.column, field.transform) for field in table.partition_fields] == [("at", transform)]
    assert told["dagster/partition_row_count"] == count and len(table.snapshots) == 2
    again = put(manager, ["events"], hours(first, count, zone).slice(1), partitions, key, expression)
    assert len(table.refresh().snapshots) == 3 and again["dagster/partition_row_count"] == count - 1 and again["dagster/row_count"] == count + then - 1
    assert ids(get(manager, ["events"], partitions=partitions, partition=key, asset_metadata=expression)) == list(range(first + 1, first + count))
    assert ids(get(manager, ["events"], partitions=partitions, partition=following)) == list(range(first + count, first + count + then))  # by the table's own fields
    assert ids(get(manager, ["events"])) == list(range(first + 1, first + count + then))
    with pytest.raises(dvt.InvalidInputError, match="does not belong to the partition"):
        put(manager, ["events"], hours(first, count + 1, zone), partitions, key, expression)
    assert len(table.refresh().snapshots) == 3


def test_a_range_of_partitions_is_one_snapshot(manager, space):
    partitions, expression = DailyPartitionsDefinition(start_date="2024-01-01"), {"partition_expr": "at"}
    span = dagster.PartitionKeyRange("2024-01-01", "2024-01-03")
    for _ in range(2):
        told = put(manager, ["events"], hours(0, 72), partitions, None, expression, keys=span)
    assert told["num_rows"] == 72 and "dagster/partition_row_count" not in told  # that is told of each partition
    assert len(manager.catalog.get_catalog().load_table(f"{space}.events").snapshots) == 2
    assert ids(get(manager, ["events"], partitions=partitions, keys=dagster.PartitionKeyRange("2024-01-02", "2024-01-03"))) == list(range(24, 72))


def test_rows_are_counted_by_partition():
    """Of a range of partitions each has its own count, whatever holds the key."""
    zone = DailyPartitionsDefinition(start_date="2024-01-01", timezone="Asia/Kolkata")  # half an hour beside the others
    regions = StaticPartitionsDefinition(["eu", "us"])
    days = [f"2024-01-0{day}" for day in (1, 2, 3)]
    for definition, rows, expected in (
            (DailyPartitionsDefinition(start_date="2024-01-01"), hours(0, 60), [24, 24, 12]),
            (zone, hours(-5, 60, datetime.timezone.utc), [24, 24, 12]),
            (zone, pyarrow.table({"at": pyarrow.array([datetime.date(2024, 1, 1), datetime.date(2024, 1, 3), datetime.date(2024, 1, 3)])}), [1, 0, 2]),
            (zone, pyarrow.table({"at": pyarrow.array(["2024-01-02"] * 3).dictionary_encode()}), [0, 3, 0]),
            (DailyPartitionsDefinition(start_date="2024-01-01"), hours(0, 60).set_column(1, "at", hours(0, 60)["at"].cast(pyarrow.timestamp("ns"))), [24, 24, 12])):
        part = Slice([Dimension("at", "at", definition)], days)
        for batch in rows.to_batches(max_chunksize=7):
            part.check(batch)
        assert list(part.counts.values()) == expected
    both = Slice([Dimension("region", "region", regions), Dimension("day", "at", DailyPartitionsDefinition(start_date="2024-01-01"))],
                 [MultiPartitionKey({"region": region, "day": day}) for region in ("eu", "us") for day in days])
    for batch in hours(0, 60).append_column("region", pyarrow.array(["eu", "us"] * 30)).to_batches():
        both.check(batch)
    assert both.counts == {f"{day}|{region}": count for day, count in zip(days, (12, 12, 6)) for region in ("eu", "us")}


def test_partitions_of_a_zone(manager, space):
    """A day of New York is 05:00 to 05:00 UTC; a column without a zone holds New York's clock."""
    partitions, expression = DailyPartitionsDefinition(start_date="2024-01-01", timezone="America/New_York"), {"partition_expr": "at"}
    put(manager, ["events"], hours(5, 24, datetime.timezone.utc), partitions, "2024-01-01", expression)
    with pytest.raises(dvt.InvalidInputError, match="does not belong"):
        put(manager, ["events"], hours(0, 24, datetime.timezone.utc), partitions, "2024-01-01", expression)
    put(manager, ["local"], hours(0, 24), partitions, "2024-01-01", expression)
    assert ids(get(manager, ["local"], partitions=partitions, partition="2024-01-01")) == list(range(24))


def test_days_as_dates_and_as_texts(manager, space):
    partitions, expression = DailyPartitionsDefinition(start_date="2024-01-01"), {"partition_expr": "day"}
    for name, make in (("dates", datetime.date.fromisoformat), ("texts", str)):
        for day in ("2024-01-01", "2024-01-02", "2024-01-01"):
            put(manager, [name], pyarrow.table({"id": [1], "day": [make(day)]}), partitions, day, expression)
        assert get(manager, [name]).num_rows == 2
        assert get(manager, [name], partitions=partitions, partition="2024-01-02", asset_metadata=expression)["day"].to_pylist() == [make("2024-01-02")]
    assert [field.transform for field in manager.catalog.get_catalog().load_table(f"{space}.texts").partition_fields] == ["identity"]


def test_static_partitions(manager, space):
    regions, expression = StaticPartitionsDefinition(["eu", "us", "o'c"]), {"partition_expr": "region"}
    for region in ("eu", "us", "o'c", "eu"):
        put(manager, ["sales"], pyarrow.table({"id": [1, 2], "region": [region] * 2}), regions, region, expression)
    table = manager.catalog.get_catalog().load_table(f"{space}.sales")
    assert [(field.column, field.transform) for field in table.partition_fields] == [("region", "identity")] and table.scan().count() == 6
    assert set(get(manager, ["sales"], partitions=regions, partition="o'c")["region"].to_pylist()) == {"o'c"}
    numbers = StaticPartitionsDefinition(["1", "20"])
    put(manager, ["numbers"], pyarrow.table({"id": [20]}), numbers, "20", {"partition_expr": "id"})
    assert get(manager, ["numbers"], partitions=numbers, partition="20").num_rows == 1
    with pytest.raises(dvt.InvalidInputError, match="no column is known"):
        put(manager, ["unknown"], CUSTOMERS, regions, "eu")
    with pytest.raises(dvt.InvalidInputError, match="the rows have no column 'region'"):
        put(manager, ["unknown"], CUSTOMERS, regions, "eu", expression)


def test_partitions_of_two_dimensions(manager, space):
    both = MultiPartitionsDefinition({"region": StaticPartitionsDefinition(["eu", "us"]), "day": DailyPartitionsDefinition(start_date="2024-01-01")})
    expression = {"partition_expr": {"day": "at", "region": "region"}}

    def sales(region, day):
        return hours(24 * day, 24).append_column("region", pyarrow.array([region] * 24))

    for region, day in (("eu", 0), ("us", 0), ("eu", 1), ("eu", 0)):
        key = MultiPartitionKey({"region": region, "day": f"2024-01-0{day + 1}"})
        put(manager, ["sales"], sales(region, day), both, key, expression)
    table = manager.catalog.get_catalog().load_table(f"{space}.sales")
    assert sorted((field.column, field.transform) for field in table.partition_fields) == [("at", "day"), ("region", "identity")]
    assert table.scan().count() == 72 and len(table.snapshots) == 4
    came = get(manager, ["sales"], partitions=both, partition=MultiPartitionKey({"region": "eu", "day": "2024-01-02"}), asset_metadata=expression)
    assert ids(came) == list(range(24, 48)) and set(came["region"].to_pylist()) == {"eu"}
    with pytest.raises(dvt.InvalidInputError, match="does not belong"):
        put(manager, ["sales"], sales("us", 0), both, MultiPartitionKey({"region": "eu", "day": "2024-01-01"}), expression)


def test_schemas_evolve(manager, polaris, space):
    partitions, expression = DailyPartitionsDefinition(start_date="2024-01-01"), {"partition_expr": "at"}
    put(manager, ["events"], hours(0, 24), partitions, "2024-01-01", expression)
    told = put(manager, ["events"], hours(24, 24).append_column("extra", pyarrow.array([1.5] * 24)), partitions, "2024-01-02", expression)
    assert [column.name for column in told["dagster/column_schema"].columns] == ["id", "at", "extra"]
    assert set(get(manager, ["events"])["extra"].to_pylist()) == {None, 1.5}
    fixed = IcebergIOManager(catalog=polaris, default_namespace=space, schema_evolution_enabled=False)
    with pytest.raises(dvt.SchemaEvolutionError, match="'more'"):
        put(fixed, ["events"], hours(0, 24).append_column("more", pyarrow.array([1] * 24)), partitions, "2024-01-01", expression)
    with pytest.raises(dvt.SchemaEvolutionError, match="'id' is long in the table and string in the data"):
        put(manager, ["events"], hours(0, 24).set_column(0, "id", pyarrow.array(["x"] * 24)), partitions, "2024-01-01", expression)
    assert get(manager, ["events"]).num_rows == 48


def test_a_stream_that_fails_leaves_the_table(manager, space):
    put(manager, ["customers"], CUSTOMERS)

    def broken():
        yield CUSTOMERS.to_batches()[0]
        raise ZeroDivisionError("in the middle")

    reader = pyarrow.RecordBatchReader.from_batches(CUSTOMERS.schema, broken())
    with pytest.raises(ZeroDivisionError, match="in the middle"):
        put(manager, ["customers"], reader, run_id="another")
    assert get(manager, ["customers"]).num_rows == 2


def test_settings_are_checked():
    for wrong in ({"client_id": "a"}, {"token": "t", "client_id": "a", "client_secret": "b"}, {"retry": {"max_attempts": 0}}, {"retry": {"max_attempts": 11}}):
        with pytest.raises(ValidationError):
            PolarisResource(uri="http://127.0.0.1:9", **{**wrong, **({"retry": Retry(**wrong["retry"])} if "retry" in wrong else {})})
    with pytest.raises(dvt.CatalogConnectionError):
        PolarisResource(uri="http://127.0.0.1:9", retry=Retry(max_attempts=1)).get_catalog()
