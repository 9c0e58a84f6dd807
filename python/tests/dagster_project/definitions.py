"""A small Dagster project on Iceberg tables. The environment steers it: SPACE is the namespace of its tables, WIDER gives the rows of orders a
column more, BREAK makes a stream end in an error after its first batch."""
import datetime
import os

import dagster
import pandas
import polars
import pyarrow
from dagster import AssetExecutionContext, AssetIn, BackfillPolicy, DailyPartitionsDefinition, Definitions, EnvVar, MultiPartitionsDefinition, StaticPartitionsDefinition, asset
from dvt.dagster import IcebergIOManager, PolarisResource, Retry

SPACE = os.environ["SPACE"]
DAYS = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-01-08")
REGIONS = StaticPartitionsDefinition(["eu", "us"])
BOTH = MultiPartitionsDefinition({"day": DAYS, "region": REGIONS})


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


@asset(key_prefix=SPACE, ins={"orders": AssetIn(key=[SPACE, "orders"]), "shops": AssetIn(key=[SPACE, "shops"])}, metadata={"write_mode": "overwrite"})
def totals(orders: pandas.DataFrame, shops: pyarrow.Table) -> pyarrow.Table:
    """Everything that was written so far, of all partitions."""
    return pyarrow.table({"orders": [len(orders)], "shops": [shops.num_rows]})


catalog = PolarisResource(uri=EnvVar("DVT_LAKE_URI"), client_id="dvt", client_secret=EnvVar("LAKE_SECRET"),
                          retry=Retry(max_attempts=2, initial_wait_seconds=0.1, jitter_seconds=0.0))
defs = Definitions(assets=[orders, late, shops, stock, totals], executor=dagster.in_process_executor, resources={"io_manager": IcebergIOManager(catalog=catalog)})
