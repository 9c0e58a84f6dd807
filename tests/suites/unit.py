"""All unit tests, built with AddressSanitizer and UndefinedBehaviorSanitizer (or another preset), each gtest case counted."""
import concurrent.futures
import json
import os
import sys

NAME, ABOUT, NEEDS = "unit", "unit tests under AddressSanitizer and UBSan", ["asan", "servers"]
TIMEOUT = 900


def run(report, context):
    binaries = sorted(p for p in context.unit_folder.rglob("dvt_*_test") if p.is_file() and os.access(p, os.X_OK))
    if not binaries:
        report.failed("unit", "unit tests", f"no test binaries in {context.unit_folder}")
    environment = {
        # Containers cross into prebuilt libraries that are not instrumented, so their annotations cannot be trusted.
        "ASAN_OPTIONS": "detect_container_overflow=0:abort_on_error=0:detect_stack_use_after_return=1",
        "LSAN_OPTIONS": f"suppressions={context.top}/tests/sanitizer/lsan.supp:print_suppressions=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "TSAN_OPTIONS": f"suppressions={context.top}/tests/sanitizer/tsan.supp:print_suppressions=0",  # --unit-preset tsan
    }
    folder = context.scratch("gtest")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(lambda binary: run_binary(report, context, binary, folder, environment), binaries):
            pass
    if report.wants("template against Jinja2"):
        compare_with_jinja2(report, context, environment)


def compare_with_jinja2(report, context, environment):
    """Thousands of generated templates rendered by Python's Jinja2 and by dvt: one case."""
    program = next(iter(context.unit_folder.rglob("dvt_template_render")), None)
    if program is None:
        report.failed("unit", "template against Jinja2", f"no dvt_template_render in {context.unit_folder}")
        return
    outcome = context.run([sys.executable, context.top / "tools" / "jinja_differential.py", program], environment=environment, timeout=TIMEOUT)
    if outcome.code == 0:
        report.passed("unit", "template against Jinja2", outcome.output.strip().split("\n")[-1])
    else:
        report.failed("unit", "template against Jinja2", outcome.output[-5000:])


def run_binary(report, context, binary, folder, environment):
    name = binary.name.removeprefix("dvt_").removesuffix("_test")
    result = folder / f"{name}.json"
    outcome = context.run([binary, f"--gtest_output=json:{result}", "--gtest_brief=1"], environment=environment, timeout=TIMEOUT)
    cases = read_cases(result)
    for case, failures, skipped in cases:
        full = f"{name}: {case}"
        if not report.wants(full):
            continue
        if failures:
            report.failed("unit", full, "\n".join(failures))
        elif skipped:
            report.skipped("unit", full, skipped)
        else:
            report.passed("unit", full)
    broken = outcome.code != 0 and not any(failures for _, failures, _ in cases)
    if broken or not cases:
        report.failed("unit", f"{name} (the binary)", f"exit {outcome.code}\n{outcome.output[-5000:]}")


def read_cases(path):
    """[(suite.case, failure texts, why skipped or "")] of a gtest JSON file; empty if the binary died before writing it."""
    if not path.exists():
        return []
    cases = []
    for suite in json.loads(path.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("status") != "RUN":
                continue
            skipped = case.get("result") == "SKIPPED"
            reason = " ".join(s.get("message", "").strip() for s in case.get("skipped", [])) if skipped else ""
            cases.append((f"{suite['name']}.{case['name']}", [f["failure"] for f in case.get("failures", [])],
                          (reason or "skipped by the test") if skipped else ""))
    return cases
