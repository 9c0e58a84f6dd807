"""Layers, texts and formatting of the sources, that the layer check bites, and that the C++ of the documentation compiles."""
import os
import pathlib
import subprocess
import tempfile

NAME, ABOUT, NEEDS = "checks", "layers, texts, formatting, the C++ of the documentation", []

# (file below src/dvt, its text, what the check must say); each is a breach of one rule.
BREACHES = [
    ("base/text/a.h", '#pragma once\n#include "dvt/model/node.h"\n', "base/text may not include model"),
    ("sql/lex/a.h", '#pragma once\n#include "dvt/plan/split/b.h"\n', "sql/lex may not include plan/split"),
    ("connectors/mysql/a.h", '#pragma once\n#include "dvt/connectors/postgres/b.h"\n', "may not include connectors/postgres"),
    ("engine/duckdb/a.h", '#pragma once\n#include "dvt/connectors/mysql/b.h"\n', "may not include connectors/mysql"),
    ("template/lang/a.h", '#pragma once\n#include "dvt/template/dbt/b.h"\n', "template/lang may not include template/dbt"),
    ("plan/split/a.cc", "#include <arrow/api.h>\n", "Arrow C++ headers"),
    ("columnar/c_abi/a.h", "#pragma once\n#include <arrow/array.h>\n", "Arrow C++ headers"),
    ("lake/rest/a.h", "#pragma once\n#include <arrow/array.h>\n", "Arrow C++ headers"),
    ("run/tasks/a.cc", '#include "dvt/lake/data/b_arrow.h"\n', "dvt/lake/data/b_arrow.h is for lake alone"),
    ("connectors/mysql/a.cc", '#include "dvt/columnar/parquet/b_arrow.h"\n', "which connectors/mysql/a.cc may not see"),
    ("columnar/c_abi/a.h", '#pragma once\n#include "dvt/columnar/parquet/b_arrow.h"\n', "which columnar/c_abi/a.h may not see"),
    ("base/text/a.h", "int x;\n", "no #pragma once"),
    ("base/text/string_utils.cc", "int x;\n", "vague file name"),
    ("base/text/a.cc", "class PlanManager {};\n", "vague name PlanManager"),
    ("base/text/a.cc", "void F(int a) {\n" + "  a += 1;\n" * 70 + "}\n", "function F has 72 lines"),
    ("base/text/a.cc", "#include <string>\nnamespace dvt {\nvoid F(int a) {\n" + "  a += 1;\n" * 70 + "}\n}\n", "function F has 72 lines"),
    ("base/text/a.cc", "int x;\n" * 600, "601 lines; at most 500"),
    ("base/a.cc", '#include "dvt/sql/ast/node_internal.h"\n', "is internal to sql/ast"),
    ("sql/print/a.cc", 'bool F(const Dialect& d) { return d.dialect_.name == "mysql"; }\n', "asks which dialect"),
    ("sql/rewrite/a.cc", "bool F() { return &to_ == &Postgres(); }\n", "asks which dialect"),
    ("sql/rewrite/a.cc", 'bool F() { return "hive" != to_.name; }\n', "asks which dialect"),
    ("plan/split/a.cc", "bool F() { return dialect == &sql::Duckdb(); }\n", "asks which dialect"),
]
CLEAN = [
    ("engine/duckdb/a.cc", '#include "dvt/connectors/api/connector.h"\n#include <arrow/c/abi.h>\n'),
    ("columnar/ipc/a.cc", "#include <arrow/array.h>\n"),
    ("lake/data/a_arrow.h", "#pragma once\n#include <arrow/array.h>\n"),
    ("lake/table/a.cc", '#include "dvt/lake/data/b_arrow.h"\n'),
    ("connectors/files/a.cc", '#include "dvt/columnar/parquet/b_arrow.h"\n'),
    ("connectors/registry/a.cc", '#include "dvt/connectors/mysql/connector.h"\n'),
    ("base/text/a.cc", "#include <string>\nnamespace dvt {\nconstexpr Set kAll = kSome.With({\n" + "  F::kOne,\n" * 70 + "});\n}\n"),
    ("base/text/a.cc", "const char* kWords[] = {\n" + '  "word",\n' * 700 + "};\n"),
    ("sql/dialects/a.cc", "bool F(const Dialect& d) { return &d == &Postgres(); }\n"),
    ("sql/rewrite/a.cc", "bool F() { return &from_ == &to_ || to_.Has(Feature::kIlike); }\n"),
    ("base/text/a.cc", 'void F() { const char* s = "{{{"; }  // {\n' + "void G() {}\n" * 70),
]


# A wrapper without one of the functions that the wrapped interface has.
WRAPPER = {
    "connectors/api/connector.h": "#pragma once\n\nclass Connector {\n public:\n  virtual ~Connector() = default;\n"
                                  "  virtual int Alpha() = 0;\n  virtual int Beta(int x,\n                   int y);\n};\n",
    "run/record/wrapped_connector.h": "#pragma once\n\nclass Wrapped {\n  int Alpha() override { return 1; }\n};\n",
}


def run(report, context):
    tools = context.top / "tools"
    for name, command in (("check_layers", [tools / "check_layers"]), ("check_text", [tools / "check_text"])):
        one_command(report, context, name, command)
    files = subprocess.run(["git", "ls-files", "src/*.cc", "src/*.h", "python/*.cc", "python/*.h"], cwd=context.top, capture_output=True, text=True).stdout.split()
    if files:
        one_command(report, context, "clang-format", ["clang-format", "--dry-run", "--Werror", *files])
    prove_layer_check(report, context, tools)
    for page in sorted((context.top / "docs").glob("*.md")):
        compile_blocks(report, context, page)


def one_command(report, context, name, command):
    outcome = context.run(command)
    if outcome.code == 0:
        report.passed("checks", name)
    else:
        report.failed("checks", name, outcome.output[:6000])


def prove_layer_check(report, context, tools):
    wrong = []
    for path, text, expected in [*BREACHES, *((p, t, None) for p, t in CLEAN)]:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text(text)
            outcome = context.run([tools / "check_layers", folder])
        if (expected is None) != (outcome.code == 0) or (expected or "") not in outcome.output:
            wrong.append(f"{path}: expected {expected!r}, got {outcome.output!r}")
    with tempfile.TemporaryDirectory() as folder:
        for path, text in WRAPPER.items():
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text(text)
        outcome = context.run([tools / "check_layers", folder])
        if outcome.code == 0 or "Beta is not handed on" not in outcome.output or "Alpha" in outcome.output:
            wrong.append(f"a wrapper that hands not everything on: {outcome.output!r}")
    if wrong:
        report.failed("checks", "check_layers bites", "\n".join(wrong))
    else:
        report.passed("checks", "check_layers bites", f"{len(BREACHES)} breaches found, {len(CLEAN)} clean files passed")


def compile_blocks(report, context, page):
    """All C++ blocks of a page, in order, as one translation unit; errors name the page's own lines."""
    name = f"C++ of docs/{page.name}"
    lines = page.read_text().split("\n")
    inside, source = False, []
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            if line == "```cpp":
                source.append(f'#line {number + 1} "docs/{page.name}"')
            inside = line == "```cpp"
        elif inside:
            source.append(line)
    if not source or not report.wants(name):
        return
    include = next((context.top / ".deps").glob("venv/lib/python3*/site-packages/pyarrow/include"), None)
    if include is None:
        report.skipped("checks", name, "the headers of Arrow are not installed yet: ./dev setup")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "page.cc"
        file.write_text("\n".join(source) + "\n")
        outcome = context.run([os.environ.get("CXX", "g++"), "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused-parameter",
                               "-Wno-missing-field-initializers", "-Werror", f"-I{context.top / 'src'}", f"-isystem{include}", file])
    if outcome.code == 0:
        report.passed("checks", name, f"{len(source)} lines")
    else:
        report.failed("checks", name, outcome.output[:6000])
