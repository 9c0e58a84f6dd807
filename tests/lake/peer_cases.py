"""Cases of the suite `lake` with further peers: DuckDB's iceberg extension, Spark. Each skips, counted, where its peer is not installed."""
import importlib.util
import json
import os
import pathlib
import subprocess

import pyarrow

from cases import equal, everything, plain


class Missing(Exception):
    """A peer that is not there; says why."""


def duckdb_on(lake):
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    for name in ("avro", "httpfs", "iceberg"):
        package = importlib.util.find_spec(f"duckdb_extension_{name}")
        files = [] if package is None else sorted(pathlib.Path(package.submodule_search_locations[0]).glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"))
        if not files:
            raise Missing(f"the Python package duckdb-extension-{name} is not installed: ./dev setup")
        connection.execute(f"load '{files[0]}'")
    client, secret = lake.credential.split(":", 1)
    connection.execute(f"create secret lake_secret (type iceberg, client_id '{client}', client_secret '{secret}', oauth2_server_uri '{lake.uri}/v1/oauth/tokens', oauth2_scope 'PRINCIPAL_ROLE:ALL')")
    connection.execute(f"attach '' as lake (type iceberg, secret lake_secret, endpoint '{lake.uri}')")
    return connection


def named(name):
    return 'lake."' + '"."'.join(name.split(".")) + '"'


def duckdb_reads(lake):
    duck = duckdb_on(lake)
    rows = everything(300, seed=9)
    for label, arguments in (("plain", []), ("parts", ["--partition-by", "day(at), bucket(4, id), truncate(3, name)"])):
        name = lake.fresh(f"duck_{label}")
        lake.append(name, rows.slice(0, 200), "--create", *arguments)
        lake.append(name, rows.slice(200))
        got = duck.execute(f"select * from {named(name)}").to_arrow_table()
        equal(plain(got.cast(rows.schema)), plain(rows), label)
        lake.dvt("delete", name, "--where", "id >= 250 or price < 0")
        left = [row for row in plain(rows) if row["id"] < 250 and not (row["price"] is not None and row["price"] < 0)]
        equal(duck.execute(f"select count(*), sum(id) from {named(name)}").fetchone(), (len(left), sum(row["id"] for row in left)), label)
        lake.dvt("table", "set", name, "--set", "write.delete.mode=merge-on-read")
        lake.dvt("delete", name, "--where", "id in (0, 7, 14, 21)")
        left = [row for row in left if row["id"] not in (0, 7, 14, 21)]
        equal(duck.execute(f"select count(*), sum(id) from {named(name)}").fetchone(), (len(left), sum(row["id"] for row in left)), label)
        wider = pyarrow.table({"id": pyarrow.array([1000], pyarrow.int64()), "small": pyarrow.array([2**40], pyarrow.int64()), "fresh": ["new"]})
        lake.append(name, wider)
        equal(duck.execute(f"select id, small, fresh from {named(name)} where id > 900").fetchall(), [(1000, 2**40, "new")], label)


def duckdb_writes(lake):
    duck = duckdb_on(lake)
    name = lake.fresh("by_duck")
    duck.execute(f"create table {named(name)} (id bigint, name varchar, amount decimal(12,3), placed timestamp, day date, flag boolean, ratio double, tags varchar[], pair struct(a integer, b varchar))")
    duck.execute(f"insert into {named(name)} select i, case when i % 5 = 0 then null else 'n' || i end, i / 8, timestamp '2024-02-28 22:00' + interval (i) hour, date '1969-12-25' + i::integer, "
                 f"i % 3 = 0, i / 7, ['a', null, i::varchar], {{'a': i::integer, 'b': null}} from range(100) t(i)")
    duck.execute(f"insert into {named(name)} select i, 'late', 1, null, null, null, 'nan'::double, [], null from range(100, 120) t(i)")
    wanted = duck.execute(f"select * from {named(name)}").to_arrow_table()
    got = lake.scan(name)
    equal(repr(plain(got)), repr(plain(wanted.cast(got.schema))))
    equal(sorted(row["id"] for row in lake.scan(name, "--where", "day < '1970-01-01' and name is not null").to_pylist()), [i for i in range(7) if i % 5])
    duck.execute(f"delete from {named(name)} where id % 10 = 3")
    equal(sorted(row["id"] for row in lake.scan(name, "--columns", "id").to_pylist()), [i for i in range(120) if i % 10 != 3])
    equal(sum(task["delete_files"] for task in lake.files(name)) > 0, True)
    duck.execute(f"update {named(name)} set name = 'mended' where id = 105")
    equal([row["name"] for row in lake.scan(name, "--where", "id = 105").to_pylist()], ["mended"])
    lake.dvt("compact", name)
    equal(duck.execute(f"select count(*), sum(id) from {named(name)}").fetchone(), (108, sum(i for i in range(120) if i % 10 != 3)))


class Spark:
    """A Spark session in a process of its own."""

    def __init__(self, lake):
        folder = lake.context.top / ".deps" / "spark"
        jars = sorted(folder.glob("jars/iceberg-spark-runtime-*.jar"))
        if not jars:
            raise Missing("Spark is not installed: ./dev setup spark")
        scratch = lake.scratch / "spark"
        scratch.mkdir(exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(folder / "python"), "SPARK_LOCAL_IP": "127.0.0.1"}
        self.log = open(scratch / "log", "w")
        self.process = subprocess.Popen([lake.context.top / ".deps" / "venv" / "bin" / "python", pathlib.Path(__file__).parent / "spark_sql.py", jars[-1], lake.uri, lake.credential, scratch],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        self._answer("ready")

    def _answer(self, wanted=None):
        for line in self.process.stdout:
            if line.startswith("{") or line.strip() == wanted:
                return line
        raise AssertionError("Spark ended: " + pathlib.Path(self.log.name).read_text()[-2000:])

    def __call__(self, sql):
        self.process.stdin.write(json.dumps(sql) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self._answer())
        if "error" in answer:
            raise AssertionError(f"Spark: {sql}\n{answer['error']}")
        return answer["rows"]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def spark_both_ways(lake):
    spark = Spark(lake)
    try:
        spark_reads(lake, spark)
        spark_writes(lake, spark)
    finally:
        spark.close()


def spark_reads(lake, spark):
    rows = everything(200, seed=4).drop_columns(["clock"])  # Spark has no times
    name = lake.fresh("for_spark")
    lake.append(name, rows, "--create", "--partition-by", "day(at_utc), bucket(4, id)")
    columns = "id, flag, small, cast(ratio as double), amount, cast(price as string), cast(huge as string), cast(day as string), cast(name as string), hex(raw), to_json(tags), to_json(pair), cardinality(pairs), cardinality(counts), cast(at as string), cast(at_utc as string)"
    columns = columns.replace("cardinality(counts)", "coalesce(size(map_keys(counts)), -1)").replace("cast(at as", "cast(`at` as")
    got = {row[0]: row for row in spark(f"select {columns} from lake.{name}")}
    equal(len(got), 200)
    for row in plain(rows):
        there = got[row["id"]]
        equal(there[1:3] + there[4:6], [row["flag"], row["small"], row["amount"], None if row["price"] is None else str(row["price"])], str(row["id"]))
        equal(there[7:10], [None if row["day"] is None else str(row["day"]), row["name"], None if row["raw"] is None else row["raw"].hex().upper()], str(row["id"]))
        equal(there[12], len(row["pairs"]), str(row["id"]))
        equal(there[14], None if row["at"] is None else str(row["at"]).removesuffix("000").rstrip("0").rstrip(".") if row["at"].microsecond else str(row["at"]), str(row["id"]))
    lake.dvt("delete", name, "--where", "id < 20")
    lake.dvt("table", "set", name, "--set", "write.delete.mode=merge-on-read")
    lake.dvt("delete", name, "--where", "id in (50, 51, 199)")
    lake.append(name, pyarrow.table({"id": pyarrow.array([5000], pyarrow.int64()), "fresh": ["new"]}))
    equal(spark(f"select count(*), sum(id), max(fresh) from lake.{name}"), [[178, sum(range(20, 200)) - 300 + 5000, "new"]])
    equal(spark(f"select count(*) from lake.{name}.snapshots"), [[4]])


def spark_writes(lake, spark):
    name = lake.fresh("by_spark")
    spark(f"create table lake.{name} (id bigint, name string, price decimal(10,2), seen timestamp, place struct<city: string, zip: int>, tags array<string>) using iceberg "
          "partitioned by (days(seen)) tblproperties ('format-version'='2', 'write.delete.mode'='merge-on-read', 'write.update.mode'='merge-on-read', 'write.merge.mode'='merge-on-read')")
    make = "select id, case when id % 4 = 0 then null else concat('n', id) end, cast(id / 8 as decimal(10,2)), timestamp '2024-02-27 20:00:00' + make_interval(0, 0, 0, 0, cast(id as int)), named_struct('city', 'Ulm', 'zip', cast(id as int)), array('a', null) from range({}, {})"
    spark(f"insert into lake.{name} " + make.format(0, 100))
    spark(f"delete from lake.{name} where id % 10 = 3")
    equal(sum(task["delete_files"] for task in lake.files(name)) > 0, True)
    equal(sorted(lake.scan(name)["id"].to_pylist()), [i for i in range(100) if i % 10 != 3])
    spark(f"alter table lake.{name} rename column name to label")
    spark(f"alter table lake.{name} add column place.street string")
    spark(f"alter table lake.{name} add column extra int")
    spark(f"alter table lake.{name} alter column price type decimal(14,2)")
    spark(f"alter table lake.{name} add partition field bucket(3, id)")
    spark(f"alter table lake.{name} drop partition field days(seen)")
    spark(f"insert into lake.{name} select id, concat('late', id), 1234567890.12, timestamp '2024-05-01', named_struct('city', 'Bonn', 'zip', 1, 'street', 'Weg'), null, 7 from range(100, 110)")
    spark(f"update lake.{name} set label = 'mended' where id in (5, 105)")
    got = sorted(lake.scan(name).to_pylist(), key=lambda row: row["id"])
    equal([row["id"] for row in got], [i for i in range(110) if i >= 100 or i % 10 != 3])
    by_id = {row["id"]: row for row in got}
    equal((by_id[5]["label"], by_id[105]["label"], by_id[4]["label"], by_id[6]["label"]), ("mended", "mended", None, "n6"))
    equal((by_id[6]["place"], by_id[106]["place"]), ({"city": "Ulm", "zip": 6, "street": None}, {"city": "Bonn", "zip": 1, "street": "Weg"}))
    equal((str(by_id[106]["price"]), by_id[106]["extra"], by_id[6]["extra"]), ("1234567890.12", 7, None))
    # As of before; and by a filter on the column of either partitioning.
    equal(lake.scan(name, "--where", "seen < '2024-02-28' and id < 50")["id"].to_pylist(), [0, 1, 2])
    equal(lake.scan(name, "--where", "id = 104")["label"].to_pylist(), ["late104"])
    # And on it goes: dvt changes what Spark made, Spark reads it.
    lake.dvt("delete", name, "--where", "id >= 108")
    lake.dvt("compact", name)
    equal(spark(f"select count(*), sum(id) from lake.{name}"), [[98, sum(i for i in range(108) if i >= 100 or i % 10 != 3)]])
    spark(f"alter table lake.{name} write ordered by id desc")
    lake.append(name, pyarrow.table({"id": pyarrow.array([900, 902, 901], pyarrow.int64())}))
    equal(spark(f"select count(*) from lake.{name} where id >= 900"), [[3]])


CASES = [("DuckDB reads what dvt writes", duckdb_reads), ("tables of DuckDB are read", duckdb_writes), ("Spark and dvt on the same tables", spark_both_ways)]
