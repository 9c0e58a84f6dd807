"""Rows that move for the 22 TPC-H queries over tables dealt at random: with columns and filters pushed alone, and with everything."""
import argparse
import os
import subprocess

from deals.check import DataSet
from deals.moved import moved_rows, table_of
from harness.context import Context
from measure import print_table, verdict

GOAL = 0.6
DEALS = (1, 2, 3)


def run(setting):
    scale = os.environ.get("DVT_BENCH_SCALE", "1")
    print(f"moved: TPC-H scale {scale}, tables over PostgreSQL, MariaDB, SQLite and DuckDB; filters alone → everything pushed", flush=True)
    context = Context(setting.top, argparse.Namespace(program_preset="release", unit_preset="asan", keep=True))
    context.servers, context.databases = setting.values, setting.databases
    data = DataSet(context, "tpch", scale, setting.folder / "deals")
    found = {number: moved_rows(context, data, number) for number in DEALS}
    head, rows, ratio = table_of(found)
    print_table(head, rows)
    print(f"  rows moved {ratio:.2f}×, goal ≤ {GOAL}×: {verdict(ratio, GOAL)}\n")
    subprocess.run(["rm", "-rf", str(context.scratch("moved").parent)], check=False)
    return {"goals": [{"what": "rows moved", "value": ratio, "goal": GOAL, "met": ratio <= GOAL}], "deals": found}
