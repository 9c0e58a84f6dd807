"""Tables dealt at random over PostgreSQL, MariaDB, SQLite and DuckDB: the 22 TPC-H and 99 TPC-DS queries and random ones give the rows that
DuckDB alone gives. More of them: `./dev test deals --deals N`, or `python tests/deals --help`."""
from deals.check import DataSet, check_deal
from deals.shared import check_sets
from deals.used import Used

NAME, ABOUT, NEEDS = "deals", "queries over tables dealt at random over four databases equal DuckDB alone", ["release", "servers"]
SCALE = "0.01"
# Data, target, deals of a usual run, queries of a deal (random ones only).
PLAN = (("tpch", "duckdb", 1, 0), ("tpch", "postgres", 1, 0), ("tpcds", "duckdb", 1, 0), ("tpcds", "postgres", 1, 0), ("random", "duckdb", 2, 120),
        ("random", "postgres", 1, 120), ("clauses", "duckdb", 1, 120), ("clauses", "postgres", 1, 120),
        ("shapes", "duckdb", 1, 120), ("shapes", "postgres", 1, 120), ("kinds", "duckdb", 2, 120))
SHARED_SETS = 24  # of a deal: two to four models over the same tables, with shared reads and without


def run(report, context):
    sets, used = {}, Used()
    for what, target, usual, queries in PLAN:
        if not report.wants(what):
            continue
        if what not in sets:
            sets[what] = DataSet(context, what, SCALE, context.scratch(f"deals {what}"))
        count = context.arguments.deals or usual
        for number in range(context.arguments.first_deal, context.arguments.first_deal + count):
            check_deal(report, context, sets[what], number, target, queries=queries, used=used)
    if report.wants("shared reads"):
        if "random" not in sets:
            sets["random"] = DataSet(context, "random", SCALE, context.scratch("deals random"))
        for number in range(context.arguments.first_deal, context.arguments.first_deal + (context.arguments.deals or 1)):
            check_sets(report, context, sets["random"], number, SHARED_SETS, used=used)
    # What is never used is not tested.
    unused = used.wants_tables and not report.match and not used.counts["tables of keys"]
    (report.failed if unused else report.passed)("deals", "means that were used", str(used))
    for data in sets.values():
        data.close()
