"""./dev test: every suite, one closing line `N passed, N failed`. Named suites run alone; see --list.

A suite is a module of tests/suites with `NAME`, `ABOUT`, `NEEDS` (of "release", "asan", "servers") and `run(report, context)`.
Everything it checks is one case of the report: passed, failed (with what was expected and what came) or skipped (with why)."""
import argparse
import importlib
import os
import pathlib
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests"))

from harness.context import Context  # noqa: E402
from harness.report import Report  # noqa: E402

ORDER = ["checks", "demo", "docs_site", "plan_page", "drivers", "projects", "conformance", "load", "meaning", "tpcds", "tpch", "deals", "changes", "lake", "python", "faults", "unit"]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", help="suites to run; all without")
    parser.add_argument("-k", "--match", default="", help="only cases whose name contains this")
    parser.add_argument("--list", action="store_true", help="list the suites and stop")
    parser.add_argument("--complete", action="store_true", help="projects: write what came as the expectation; then read the diff")
    parser.add_argument("--program-preset", default="release", help="preset of the dvt program under test")
    parser.add_argument("--unit-preset", default="asan", help="preset of the unit tests")
    parser.add_argument("--deals", type=int, default=0, help="deals: how many of each kind (a few without)")
    parser.add_argument("--first-deal", type=int, default=1, help="deals: number of the first one, which seeds it")
    parser.add_argument("--tables", type=int, default=0, help="lake: how many random tables (as many as go into a minute without)")
    parser.add_argument("--first-table", type=int, default=1, help="lake: number of the first random table, which seeds it")
    parser.add_argument("--repeats", type=int, default=0, help="faults: runs of every phase × fault, counted in docs/faults.md (a few cells once without)")
    parser.add_argument("--no-build", action="store_true", help="test what is built already")
    parser.add_argument("--keep", action="store_true", help="leave servers and scratch folders")
    return parser.parse_args()


def load_suites(names):
    modules = {}
    for name in ORDER:
        modules[name] = importlib.import_module("suites." + name)
    unknown = [n for n in names if n not in modules]
    if unknown:
        sys.exit(f"no suite {unknown[0]}; there are: {', '.join(ORDER)}")
    return [(n, modules[n]) for n in ORDER if not names or n in names]


def build(report, preset):
    """Builds a preset; a failure is one failed case, and the suites that need it are then skipped."""
    started = time.time()
    done = subprocess.run(["./dev", "build", preset], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    name = f"build {preset}"
    if done.returncode == 0:
        report.passed("build", name, f"{time.time() - started:.0f} s")
        return True
    report.failed("build", name, done.stdout[-6000:])
    return False


def run_suites(arguments, report, context):
    built = {}
    for name, suite in load_suites(arguments.suites):
        ready = True
        for preset, wanted in ((arguments.program_preset, "release"), (arguments.unit_preset, "asan")):
            if wanted in suite.NEEDS:
                if preset not in built:
                    built[preset] = arguments.no_build or build(report, preset)
                ready = ready and built[preset]
        if "servers" in suite.NEEDS and ready:
            ready = context.start_servers(report)
        if not ready:
            report.skipped(name, name, "what it needs could not be built or started")
            continue
        started = time.time()
        report.begin(name, suite.ABOUT)
        try:
            suite.run(report, context)
        except Exception as error:  # a broken suite is a failed case, and the others still run
            report.failed(name, f"{name} (the suite itself)", f"{type(error).__name__}: {error}", trace=True)
        report.end(name, time.time() - started)


def main():
    arguments = parse_arguments()
    if arguments.list:
        for name, suite in load_suites([]):
            print(f"{name:12} {suite.ABOUT}")
        return 0
    os.chdir(TOP)
    report = Report(TOP / "build" / "test-results.json", arguments.match)
    context = Context(TOP, arguments)
    try:
        run_suites(arguments, report, context)
    except KeyboardInterrupt:
        report.failed("run", "interrupted", "stopped by the keyboard")
    finally:
        context.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
