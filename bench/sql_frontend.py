"""dvt's SQL frontend against others, one thread, CPU time: statements parsed and translated a second."""
import json
import os
import pathlib
import subprocess
import sys

from harness.tpcds import queries, with_tpcds
from measure import print_table, verdict

GOALS = {"parse": 20000, "transpile": 10000}
READ, WRITE = "postgres", "duckdb"
# What each peer is, and the packages that hold it; sqlglot's extra brings its compiled modules.
PEERS = {"sqlglot": ("sqlglot, compiled", ["sqlglot[c]"]), "polyglot": ("polyglot-sql (Rust)", ["polyglot-sql"])}


def statements(setting):
    """The 99 TPC-DS queries if DuckDB's extension is there, else the project's own TPC-H queries. DVT_BENCH_SQL names a file of
    JSON lines with "sql" instead."""
    given = os.environ.get("DVT_BENCH_SQL")
    if given:
        return pathlib.Path(given).name, [json.loads(line)["sql"] for line in pathlib.Path(given).read_text().splitlines() if line.strip()]
    try:
        return "TPC-DS", list(queries(with_tpcds()).values())
    except Exception as failure:
        print(f"  no TPC-DS queries ({str(failure).splitlines()[0]}); TPC-H instead")
    return "TPC-H", [path.read_text() for path in sorted((setting.top / "tests" / "sql" / "tpch").glob("q*.sql"))]


def ours(setting, file):
    subprocess.run(["ninja", "--quiet", "-C", setting.top / "build" / "release", "dvt_sql_bench"], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([setting.top / "build" / "release" / "sql_bench", file, READ, WRITE], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measured_peers(setting, file):
    for name, (what, packages) in PEERS.items():
        python = setting.peer_python(packages)
        if python is None:
            print(f"  {what}: cannot be installed here")
            continue
        done = subprocess.run([python, setting.top / "bench" / "peer_sql.py", name, file, READ, WRITE], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"  {what}: does not run here ({done.stderr.strip().splitlines()[-1:]})")
            continue
        figures = json.loads(done.stdout)
        yield f"{what} {figures['version']}", figures


def run(setting):
    suite, texts = statements(setting)
    print(f"sql: {len(texts)} statements of {suite}, {READ} → {WRITE}, one thread, CPU time", flush=True)
    file = setting.folder / "sql_statements.json"
    file.write_text(json.dumps(texts))
    best = {}
    rows = []
    for _ in range(setting.rounds):
        figures = ours(setting, file)
        best = {key: max(best.get(key, 0), figures[key]) for key in GOALS} | {"failed": figures["failed"]}
    for name, figures in [("dvt", best), *measured_peers(setting, file)]:
        ratios = [f"{best[key] / figures[key]:.1f}×" if name != "dvt" else verdict(GOALS[key] / best[key], 1) for key in GOALS]
        rows.append((name, f"{figures['parse']:,.0f}/s", ratios[0], f"{figures['transpile']:,.0f}/s", ratios[1], str(figures["failed"])))
    print()
    print_table(("", "parse", "dvt is", "translate", "dvt is", "not read"), rows)
    return {"goals": [{"what": key, "value": best[key], "goal": goal, "met": best[key] >= goal} for key, goal in GOALS.items()]}
