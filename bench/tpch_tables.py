"""TPC-H tables on the private servers, loaded once a server and scale straight from the generator: no files lie between."""
import os
import pathlib
import subprocess
import tempfile
import threading

COLUMNS = {
    "orders": "o_orderkey bigint not null primary key, o_custkey bigint not null, o_orderstatus char(1) not null, "
              "o_totalprice decimal(15,2) not null, o_orderdate date not null, o_orderpriority char(15) not null, "
              "o_clerk char(15) not null, o_shippriority integer not null, o_comment varchar(79) not null",
    "customer": "c_custkey bigint not null primary key, c_name varchar(25) not null, c_address varchar(40) not null, "
                "c_nationkey integer not null, c_phone char(15) not null, c_acctbal decimal(15,2) not null, "
                "c_mktsegment char(10) not null, c_comment varchar(117) not null",
    "lineitem": "l_orderkey bigint not null, l_partkey bigint not null, l_suppkey bigint not null, l_linenumber integer not null, "
                "l_quantity decimal(15,2) not null, l_extendedprice decimal(15,2) not null, l_discount decimal(15,2) not null, "
                "l_tax decimal(15,2) not null, l_returnflag char(1) not null, l_linestatus char(1) not null, l_shipdate date not null, "
                "l_commitdate date not null, l_receiptdate date not null, l_shipinstruct char(25) not null, l_shipmode char(10) not null, "
                "l_comment varchar(44) not null, primary key (l_orderkey, l_linenumber)",
}


def generator(scale, table):
    """A process that prints the table as CSV with a header line."""
    tool = pathlib.Path(os.environ["DVT_PYTHON"]).parent / "tpchgen-cli"
    return subprocess.Popen([tool, "csv", "-s", str(scale), "--tables", table, "--stdout"], stdout=subprocess.PIPE)


def exists(connection, table, schema):
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from information_schema.tables where table_name = %s and table_schema = {schema}", (table,))
        return cursor.fetchone()[0] > 0


def ended(process):
    if process.wait() != 0:
        raise SystemExit(f"{process.args[0]} ended with {process.returncode}")


def load_postgres(connection, table, scale):
    if exists(connection, table, "current_schema()"):
        return
    process = generator(scale, table)
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists loading")
        cursor.execute(f"create table loading ({COLUMNS[table]})")
        cursor.copy_expert("copy loading from stdin (format csv, header)", process.stdout)
        ended(process)
        cursor.execute(f"alter table loading rename to {table}")
        cursor.execute(f"vacuum analyze {table}")


def load_mysql(connection, table, scale):
    if exists(connection, table, "database()"):
        return
    process = generator(scale, table)
    with connection.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, table)
        os.mkfifo(pipe)
        feeder = threading.Thread(target=feed, args=(process.stdout, pipe))
        feeder.start()
        cursor.execute("drop table if exists loading")
        cursor.execute(f"create table loading ({COLUMNS[table]})")
        cursor.execute(f"load data local infile '{pipe}' into table loading character set utf8mb4 fields terminated by ',' "
                       "optionally enclosed by '\"' ignore 1 lines")
        feeder.join()
        ended(process)
        cursor.execute(f"rename table loading to {table}")
        cursor.execute(f"analyze table {table}")


def feed(source, pipe):
    with open(pipe, "wb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
