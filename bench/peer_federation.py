"""The hand-written alternative that `./dev bench federation` compares with: for each model, ConnectorX reads just the needed columns
and rows of both databases into Arrow, DuckDB joins them, COPY loads the result. One JSON line a model with its seconds.
peer_federation.py --mysql URI --source URI --target URI [--only MODEL]; results go to tables peer_MODEL of the target."""
import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import connectorx
import duckdb

MODELS = {
    "seg_rev": {
        "orders": "select o_custkey, o_orderpriority, o_totalprice from orders where o_orderdate >= '1995-01-01'",
        "customers": "select c_custkey, c_mktsegment from customer where c_acctbal > 0",
        "join": "select c_mktsegment, o_orderpriority, count(*), sum(o_totalprice) from orders join customers on c_custkey = o_custkey "
                "group by all",
        "columns": "c_mktsegment text, o_orderpriority text, n bigint, revenue numeric",
    },
    "order_cust": {
        "orders": "select o_orderkey, o_custkey, o_orderdate, o_totalprice from orders",
        "customers": "select c_custkey, c_name, c_mktsegment from customer",
        "join": "select o_orderkey, o_orderdate, o_totalprice, c_name, c_mktsegment from orders join customers on c_custkey = o_custkey",
        "columns": "o_orderkey bigint, o_orderdate date, o_totalprice numeric(15,2), c_name text, c_mktsegment text",
    },
}


def run_model(name, model, places, scratch):
    started = time.perf_counter()
    orders = connectorx.read_sql(places.mysql, model["orders"], return_type="arrow")
    customers = connectorx.read_sql(places.source, model["customers"], return_type="arrow")
    engine = duckdb.connect()
    engine.execute("set preserve_insertion_order = false")
    engine.register("orders", orders)
    engine.register("customers", customers)
    file = pathlib.Path(scratch) / f"{name}.csv"
    engine.execute(f"copy ({model['join']}) to '{file}' (header false)")
    subprocess.run(["psql", "-qX", places.target, "-c", f"drop table if exists peer_{name}",
                    "-c", f"create table peer_{name} ({model['columns']})", "-c", f"\\copy peer_{name} from '{file}' csv"],
                   check=True, capture_output=True)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for place in ("mysql", "source", "target"):
        parser.add_argument("--" + place, required=True)
    parser.add_argument("--only", choices=MODELS)
    places = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name, model in MODELS.items():
            if places.only in (None, name):
                print(json.dumps({"model": name, "total": round(run_model(name, model, places, scratch), 3)}), flush=True)


if __name__ == "__main__":
    main()
