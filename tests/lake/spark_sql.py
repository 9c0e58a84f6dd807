"""A Spark session with one Iceberg catalog, `lake`: SQL statements come as JSON texts, a line each, and rows go out as JSON lists."""
import json
import sys

from pyspark.sql import SparkSession

jar, uri, credential, scratch = sys.argv[1:]
settings = {
    "spark.jars": jar, "spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions", "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.lake.type": "rest", "spark.sql.catalog.lake.uri": uri, "spark.sql.catalog.lake.credential": credential,
    "spark.sql.catalog.lake.scope": "PRINCIPAL_ROLE:ALL", "spark.sql.catalog.lake.cache-enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.local.dir": scratch, "spark.sql.warehouse.dir": scratch,
}
builder = SparkSession.builder.master("local[2]")
for key, value in settings.items():
    builder = builder.config(key, value)
session = builder.getOrCreate()
session.sparkContext.setLogLevel("ERROR")
print("ready", flush=True)
for line in sys.stdin:
    try:
        rows = [list(row) for row in session.sql(json.loads(line)).collect()]
        print(json.dumps({"rows": rows}, default=str), flush=True)
    except Exception as error:  # the case tells what failed
        print(json.dumps({"error": str(error)[:2000]}), flush=True)
session.stop()
