"""The Python package: its wheel is built from the archive of the lake, installed into a fresh environment, and its tests (python/tests) run
there against Iceberg's REST catalog. The packages that it needs are those that ./dev pinned; pip checks that they fit the wheel's metadata."""
import importlib.util
import pathlib
import site
import subprocess
import sys
import xml.etree.ElementTree

from harness.wheel import build_wheel

from . import lake

NAME, ABOUT, NEEDS = "python", "the Python package, its wheel and Dagster's IO manager", ["release"]
BUILT_WITH = ("scikit_build_core", "nanobind", "pytest", "pandas", "polars", "opentelemetry.sdk")


def built_wheel(report, context, folder):
    """The wheel's file, or None after a failed case."""
    wheel, step, output = build_wheel(context.run, context.top, context.arguments.program_preset, folder)
    if wheel is None:
        report.failed("python", step, output[-4000:])
    else:
        report.passed("python", step)
    return wheel


def environment_with(report, context, wheel, folder):
    """A fresh environment's Python with the wheel, and the pinned packages in reach."""
    context.run([sys.executable, "-m", "venv", "--without-pip", folder])
    python = folder / "bin" / "python"
    packages = next((folder / "lib").glob("python3*")) / "site-packages"
    (packages / "pinned.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    installed = context.run([*pip, "install", "--no-deps", "--no-index", wheel])
    checked = context.run([*pip, "check"])
    if installed.code != 0 or checked.code != 0:
        report.failed("python", "the wheel is installed", installed.output + checked.output)
        return None
    report.passed("python", "the wheel is installed")
    return python


def run_tests(report, context, python, settings):
    results = context.scratch("python-results") / "results.xml"
    match = ["-k", context.arguments.match] if context.arguments.match else []
    outcome = context.run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={results}", *match, context.top / "python" / "tests"],
                          cwd=context.scratch("python-tests"), environment={**settings, "DAGSTER_DISABLE_TELEMETRY": "1", "PYTHONDONTWRITEBYTECODE": "1"}, timeout=1200)
    if not results.exists():
        report.failed("python", "pytest", outcome.output[-4000:])
        return
    for case in xml.etree.ElementTree.parse(results).iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}: {case.get('name')}"
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        skipped = case.find("skipped")
        if bad is not None:
            report.failed("python", name, (bad.text or bad.get("message") or "")[-3000:])
        elif skipped is not None:
            report.skipped("python", name, skipped.get("message") or "")
        else:
            counted = [each.get("value") for each in case.iter("property") if each.get("name") == "counted"]
            report.passed("python", name, "; ".join([f"{float(case.get('time', 0)):.1f} s", *counted]))


def run(report, context):
    missing = [name for name in BUILT_WITH if importlib.util.find_spec(name.partition(".")[0]) is None]
    if missing:
        report.skipped("python", "all", f"{missing[0]} is not installed: ./dev setup")
        return
    was_running = (context.top / ".servers-lake" / "env").exists()
    settings = lake.start(context, report)
    if settings is None:
        return
    try:
        wheel = built_wheel(report, context, context.scratch("python-wheel"))
        python = wheel and environment_with(report, context, wheel, context.scratch("python-environment"))
        if python:
            run_tests(report, context, python, settings)
    finally:
        if not was_running and not context.arguments.keep:
            subprocess.run(["./dev", "servers", "stop", "lake"], cwd=context.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
