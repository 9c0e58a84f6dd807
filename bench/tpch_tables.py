"""TPC-H tables on the private servers: generated once into .bench/, loaded once a server."""
import os
import pathlib
import subprocess

COLUMNS = {
    "orders": "o_orderkey bigint not null primary key, o_custkey bigint not null, o_orderstatus char(1) not null, "
              "o_totalprice decimal(15,2) not null, o_orderdate date not null, o_orderpriority char(15) not null, "
              "o_clerk char(15) not null, o_shippriority integer not null, o_comment varchar(79) not null",
    "customer": "c_custkey bigint not null primary key, c_name varchar(25) not null, c_address varchar(40) not null, "
                "c_nationkey integer not null, c_phone char(15) not null, c_acctbal decimal(15,2) not null, "
                "c_mktsegment char(10) not null, c_comment varchar(117) not null",
}


def generate(folder, scale, table):
    """The CSV file (with a header line) of one table."""
    folder = pathlib.Path(folder) / f"tpch-{scale}"
    path = folder / f"{table}.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        tool = pathlib.Path(os.environ["DVT_PYTHON"]).parent / "tpchgen-cli"
        subprocess.run([tool, "csv", "-s", str(scale), "--tables", table, "--output-dir", str(folder)], check=True, capture_output=True)
    return path


def exists(connection, table, schema):
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from information_schema.tables where table_name = %s and table_schema = {schema}", (table,))
        return cursor.fetchone()[0] > 0


def load_postgres(connection, table, path):
    if exists(connection, table, "current_schema()"):
        return
    with connection.cursor() as cursor, open(path, "rb") as rows:
        cursor.execute(f"create table {table} ({COLUMNS[table]})")
        cursor.copy_expert(f"copy {table} from stdin (format csv, header)", rows)
        cursor.execute(f"vacuum analyze {table}")


def load_mysql(connection, table, path):
    if exists(connection, table, "database()"):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"create table {table} ({COLUMNS[table]})")
        cursor.execute(f"load data local infile '{path}' into table {table} character set utf8mb4 fields terminated by ',' "
                       "optionally enclosed by '\"' ignore 1 lines")
        cursor.execute(f"analyze table {table}")
