"""python tests/deals: deals of TPC-H, TPC-DS and random queries, as many as wanted, beside the suite. The data stay in a folder between runs."""
import argparse
import collections
import os
import pathlib
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests"))

from deals.check import DataSet, check_deal  # noqa: E402
from deals.moved import moved_rows, table_of  # noqa: E402
from deals.shared import check_sets  # noqa: E402
from deals.used import Used  # noqa: E402
from harness.context import Context  # noqa: E402
from harness.report import Report  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(prog="tests/deals", description=__doc__)
    parser.add_argument("what", choices=["tpch", "tpcds", "random", "clauses", "shapes", "kinds", "shared", "moved"])
    parser.add_argument("--scale", default="0.01")
    parser.add_argument("--deals", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="number of the first deal, which seeds it")
    parser.add_argument("--target", default="duckdb", choices=["duckdb", "postgres"])
    parser.add_argument("--queries", type=int, default=100, help="random, shared: how many (sets) each deal")
    parser.add_argument("--only", default="", help="names of queries, by comma")
    parser.add_argument("--plan", action="store_true", help="print the plans of what fails")
    parser.add_argument("--data", default="/tmp/dvt-deals", help="folder of the data")
    parser.add_argument("--program-preset", default="release")
    return parser.parse_args()


def show_moved(context, options):
    data = DataSet(context, "tpch", options.scale, pathlib.Path(options.data))
    only = [q for q in options.only.split(",") if q]
    found = {number: moved_rows(context, data, number, only) for number in range(options.first, options.first + options.deals)}
    head, rows, ratio = table_of(found)
    for row in [head, *rows]:
        print("  ".join(f"{cell:>34}" if i else f"{cell:6}" for i, cell in enumerate(row)))
    print(f"rows moved: {100 * ratio:.1f} % of what columns and filters alone move")
    return 0


def main():
    options = arguments()
    options.unit_preset, options.keep = "asan", True
    context = Context(TOP, options)
    report = Report(pathlib.Path(os.devnull), "")
    if not context.start_servers(report):
        return 1
    if options.what == "moved":
        return show_moved(context, options)
    data = DataSet(context, "random" if options.what == "shared" else options.what, options.scale, pathlib.Path(options.data))
    totals, used = collections.Counter(equal=0, refused=0, wrong=0), Used()
    for number in range(options.first, options.first + options.deals):
        started = time.time()
        if options.what == "shared":
            counts = check_sets(report, context, data, number, options.queries, options.plan, used)
        else:
            counts = check_deal(report, context, data, number, options.target, only=[q for q in options.only.split(",") if q], plans=options.plan,
                                queries=options.queries, used=used)
        print(f"deal {number}: {counts}, {time.time() - started:.0f} s", flush=True)
        totals.update(counts)
    print(f"{options.what} at scale {options.scale}, {options.deals} deals, target {options.target}: {dict(totals)}; {used}")
    subprocess.run(["rm", "-rf", context._scratch], check=False)
    return 0 if totals["wrong"] + totals["refused"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
