"""Whole projects through the real program: tests/projects/<case>/case.dvtt (harness/case_file.py tells the language)."""
import concurrent.futures
import os

from harness.projects import CaseFailure, CaseSkipped, ProjectCase

NAME, ABOUT, NEEDS = "projects", "whole projects through the program", ["release", "servers"]


def run(report, context):
    folders = sorted(p.parent for p in (context.top / "tests" / "projects").glob("*/case.dvtt"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(lambda folder: run_case(report, context, folder), folders):
            pass


def run_case(report, context, folder):
    if not report.wants(folder.name):
        return
    try:
        ProjectCase(folder, context).run(complete=context.arguments.complete)
    except CaseFailure as failure:
        report.failed("projects", folder.name, str(failure))
    except CaseSkipped as why:
        report.skipped("projects", folder.name, str(why))
    except Exception as error:
        report.failed("projects", folder.name, f"{type(error).__name__}: {error}", trace=True)
    else:
        report.passed("projects", folder.name)
