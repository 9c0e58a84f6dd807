"""Orchestrators that start dbt, with dvt in dbt's place. What they must be told was recorded from dbt-core 1.12 with dbt-duckdb on the
same projects."""
import importlib.util
import shutil
import sys

NAME, ABOUT, NEEDS = "drivers", "dagster-dbt drives dvt", ["release"]

ALL = """\
check big_cities accepted_values_big_cities_city__Graz: failed, ERROR, 1 rows
check big_cities unique_big_cities_city: passed, ERROR, 0 rows
check cities accepted_values_cities_city__Graz: failed, WARN, 1 rows
check cities not_null_cities_city: passed, ERROR, 0 rows
materialized big_cities: success
materialized cities: success
materialized sales: success
step failed: DagsterDbtCliRuntimeError
run: failure"""
SOME = """\
check cities accepted_values_cities_city__Graz: failed, WARN, 1 rows
check cities not_null_cities_city: passed, ERROR, 0 rows
materialized cities: success
materialized sales: success
run: success"""


def run(report, context):
    if importlib.util.find_spec("dagster_dbt") is None:
        report.skipped("drivers", "dagster", "dagster-dbt is not installed: ./dev setup")
        return
    for name, selection, expected in (("dagster: a model and a test fail", "all", ALL), ("dagster: some assets", "sales,cities", SOME)):
        if not report.wants(name):
            continue
        scratch = context.scratch("drivers")
        project = scratch / "shop"
        (scratch / "bin").mkdir()
        (scratch / "bin" / "dbt").symlink_to(context.program)
        shutil.copytree(context.top / "tests" / "drivers" / "shop", project)
        outcome = context.run([sys.executable, context.top / "tests" / "drivers" / "dagster_run.py", context.program, project, selection],
                              environment={"DAGSTER_IS_DEV_CLI": "1", "DAGSTER_DISABLE_TELEMETRY": "1",
                                           "PATH": f"{scratch / 'bin'}:{context.environment['PATH']}"})
        got = outcome.output.partition("----\n")[2].strip()
        if outcome.code == 0 and got == expected:
            report.passed("drivers", name)
        else:
            report.failed("drivers", name, f"expected:\n{expected}\ngot (exit {outcome.code}):\n{got or outcome.output[-4000:]}")
