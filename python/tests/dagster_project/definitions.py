"""A small Dagster project on Iceberg tables. The environment steers it: SPACE is the namespace of its tables, WIDER gives the rows of orders a
column more, BREAK makes a stream end in an error after its first batch, FLAKY names a file: while it is there, the asset `visits` removes it and fails."""
import datetime
import os

import dagster
import pandas
import polars
import pyarrow
from dagster import (
    AssetExecutionContext,
    AssetIn,
    BackfillPolicy,
    DailyPartitionsDefinition,
    Definitions,
    EnvVar,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    MultiPartitionsDefinition,
    RetryPolicy,
    StaticPartitionsDefinition,
    WeeklyPartitionsDefinition,
    asset,
)
from dvt.dagster import IcebergIOManager, PolarisResource, Retry

SPACE = os.environ["SPACE"]
DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-08")
REGIONS = StaticPartitionsDefinition(["eu", "us"])
BOTH = MultiPartitionsDefinition({"day": DAYS, "region": REGIONS})
HOURS = HourlyPartitionsDefinition(start_date="2024-01-01-00:00", end_date="2024-01-20-00:00")
WEEKS = WeeklyPartitionsDefinition(start_date="2024-01-01", day_offset=1, end_date="2024-02-12")
MONTHS = MonthlyPartitionsDefinition(start_date="2024-01-01", end_date="2024-04-01")


def orders_of(start: datetime.datetime, hours: int) -> pyarrow.Table:
    at = [start.replace(tzinfo=None) + datetime.timedelta(hours=hour) for hour in range(hours)]
    rows = pyarrow.table({"id": pyarrow.array(range(hours), pyarrow.int64()), "at": pyarrow.array(at, pyarrow.timestamp("us")), "amount": [float(hour % 24) for hour in range(hours)]})
    return rows.append_column("note", pyarrow.array(["wide"] * hours)) if os.environ.get("WIDER") else rows


@asset(key_prefix=SPACE, partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run(), metadata={"partition_expr": "at"})
def orders(context: AssetExecutionContext) -> pyarrow.RecordBatchReader:
    """Streams the hours of the days."""
    window = context.partition_time_window
    rows = orders_of(window.start, int((window.end - window.start).total_seconds() // 3600))

    def batches():
        for number, batch in enumerate(rows.to_batches(max_chunksize=10)):
            if number == 1 and os.environ.get("BREAK"):
                raise RuntimeError("the source of orders is gone")
            yield batch

    return pyarrow.RecordBatchReader.from_batches(rows.schema, batches())


@asset(key_prefix=SPACE, partitions_def=DAYS, ins={"orders": AssetIn(key=[SPACE, "orders"], metadata={"columns": ["at", "amount"], "where": "amount >= 12"})},
       metadata={"partition_expr": "day"})
def late(context: AssetExecutionContext, orders: polars.DataFrame) -> polars.DataFrame:
    """The sum of each day's late hours; gets its day's rows alone."""
    assert orders.columns == ["at", "amount"] and orders.height == 12
    return orders.group_by(polars.col("at").dt.date().alias("day")).agg(polars.col("amount").sum())


@asset(key_prefix=SPACE, partitions_def=REGIONS, metadata={"partition_expr": "region"})
def shops(context: AssetExecutionContext) -> pandas.DataFrame:
    return pandas.DataFrame({"region": [context.partition_key] * 3, "shop": ["a", "b", "c"]})


@asset(key_prefix=[SPACE, "gold"], partitions_def=BOTH, metadata={"partition_expr": {"day": "day", "region": "region"}})
def stock(context: AssetExecutionContext) -> pyarrow.Table:
    keys = context.partition_key.keys_by_dimension
    return pyarrow.table({"day": [datetime.date.fromisoformat(keys["day"])] * 2, "region": [keys["region"]] * 2, "item": [1, 2]})


@asset(key_prefix=SPACE, partitions_def=BOTH, ins={"stock": AssetIn(key=[SPACE, "gold", "stock"], metadata={"columns": ["item", "region"]})},
       metadata={"partition_expr": {"day": "day", "region": "region"}})
def counted(context: AssetExecutionContext, stock: pandas.DataFrame) -> pandas.DataFrame:
    """How many items each day's region has; gets its own partition alone."""
    keys = context.partition_key.keys_by_dimension
    assert list(stock.columns) == ["item", "region"] and set(stock["region"]) == {keys["region"]}
    return pandas.DataFrame({"day": [datetime.date.fromisoformat(keys["day"])], "region": [keys["region"]], "items": [len(stock)]})


@asset(key_prefix=SPACE, partitions_def=HOURS, backfill_policy=BackfillPolicy.single_run(), metadata={"partition_expr": "at", "sort_by": "id"})
def clicks(context: AssetExecutionContext) -> polars.DataFrame:
    """Four a quarter of an hour, with a zone."""
    window = context.partition_time_window
    count = int((window.end - window.start).total_seconds() // 225)
    return polars.DataFrame({"id": list(range(count)), "at": [window.start + datetime.timedelta(seconds=225 * i) for i in range(count)], "page": ["a", "b"] * (count // 2)})


@asset(key_prefix=SPACE, partitions_def=WEEKS, ins={"clicks": AssetIn(key=[SPACE, "clicks"], metadata={"columns": ["page", "at"], "where": "page = 'a'"})},
       metadata={"partition_expr": "week"})
def pages(context: AssetExecutionContext, clicks: pandas.DataFrame) -> pandas.DataFrame:
    """Those of a week's hours that were written."""
    assert list(clicks.columns) == ["page", "at"] and set(clicks["page"]) <= {"a"}
    return pandas.DataFrame({"week": [context.partition_time_window.start.date()], "clicks": [len(clicks)]})


@asset(key_prefix=SPACE, partitions_def=MONTHS, ins={"pages": AssetIn(key=[SPACE, "pages"])}, metadata={"partition_expr": "month"})
def months(context: AssetExecutionContext, pages: polars.LazyFrame) -> polars.LazyFrame:
    return pages.select(polars.col("week").dt.truncate("1mo").alias("month"), polars.col("clicks")).group_by("month").agg(polars.col("clicks").sum())


@asset(key_prefix=SPACE, retry_policy=RetryPolicy(max_retries=1))
def visits() -> pyarrow.RecordBatchReader:
    """Appends; a first try that fails is followed by another."""
    rows = pyarrow.table({"id": list(range(20)), "name": ["x"] * 20})

    def batches():
        for number, batch in enumerate(rows.to_batches(max_chunksize=10)):
            if number == 1 and os.path.exists(os.environ.get("FLAKY", "")):
                os.remove(os.environ["FLAKY"])
                raise RuntimeError("the source of visits is gone")
            yield batch

    return pyarrow.RecordBatchReader.from_batches(rows.schema, batches())


@asset(key_prefix=SPACE, ins={"orders": AssetIn(key=[SPACE, "orders"]), "shops": AssetIn(key=[SPACE, "shops"])}, metadata={"write_mode": "overwrite"})
def totals(orders: pandas.DataFrame, shops: pyarrow.Table) -> pyarrow.Table:
    """Everything that was written so far, of all partitions."""
    return pyarrow.table({"orders": [len(orders)], "shops": [shops.num_rows]})


catalog = PolarisResource(uri=EnvVar("DVT_LAKE_URI"), client_id="dvt", client_secret=EnvVar("LAKE_SECRET"),
                          retry=Retry(max_attempts=2, initial_wait_seconds=0.1, jitter_seconds=0.0))
defs = Definitions(assets=[orders, late, shops, stock, counted, clicks, pages, months, visits, totals], executor=dagster.in_process_executor, resources={"io_manager": IcebergIOManager(catalog=catalog)})
