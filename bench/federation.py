"""dvt against a hand-written script: two models that join MariaDB and PostgreSQL into a second PostgreSQL."""
import json
import os
import sys

from measure import measure, print_table, verdict
from tpch_tables import load_mysql, load_postgres

MODELS = ("seg_rev", "order_cust")
GOALS = {"both": 0.7, "seg_rev": 0.65, "order_cust": 0.5}
PEAK_GOAL_MB = 250
# Both sides' rows as one number: the sum of a hash of each row, with numbers in one spelling.
CHECKSUMS = {
    "seg_rev": "select count(*), sum(hashtextextended(concat_ws('|', rtrim(c_mktsegment), rtrim(o_orderpriority), n, trim_scale(revenue)), 0)) from ",
    "order_cust": "select count(*), sum(hashtextextended(concat_ws('|', o_orderkey, o_orderdate, trim_scale(o_totalprice), c_name, "
                  "rtrim(c_mktsegment)), 0)) from ",
}


def prepare(setting):
    print("federation: TPC-H scale 1, orders in MariaDB, customer in PostgreSQL, results into a second PostgreSQL", flush=True)
    mysql = setting.databases.mysql("dvt")
    load_mysql(mysql, "orders", 1)
    mysql.close()
    postgres = setting.databases.postgres()
    load_postgres(postgres, "customer", 1)
    postgres.close()


def peer_command(setting):
    script = os.environ.get("DVT_BENCH_PEER") or setting.top / "bench" / "peer_federation.py"
    return [sys.executable, script, "--mysql", setting.values["DVT_TEST_MYSQL"], "--source", setting.values["DVT_TEST_POSTGRES"],
            "--target", setting.values["DVT_TEST_POSTGRES_TARGET"]]


def check_same_rows(setting):
    connection = setting.databases.postgres(target=True)
    with connection.cursor() as cursor:
        for model in MODELS:
            sums = []
            for table in (f"dvt_bench.{model}", f"public.peer_{model}"):
                cursor.execute(CHECKSUMS[model] + table)
                sums.append(cursor.fetchone())
            if sums[0] != sums[1]:
                raise SystemExit(f"{model}: different rows: dvt {sums[0]}, peer {sums[1]}")
            print(f"  same rows: {model}, {sums[0][0]} rows")
    connection.close()
    print()


def one_round(setting, runs):
    peer = measure(peer_command(setting), environment=setting.environment, servers=setting.servers)
    totals = {row["model"]: row["total"] for row in map(json.loads, (line for line in peer.output.splitlines() if line.startswith("{")))}
    runs["peer"].append((peer, totals))
    for what, arguments in (("both", ()), *((m, ("--select", m)) for m in MODELS)):
        run = measure(setting.dvt("federation", "run", *arguments), environment=setting.environment, servers=setting.servers)
        runs[what].append(run)


def run(setting):
    prepare(setting)
    runs = {"peer": [], "both": [], **{m: [] for m in MODELS}}
    for number in range(setting.rounds):
        one_round(setting, runs)
        if number == 0:
            check_same_rows(setting)
    goals, rows = [], []
    peer_best = {m: min(totals[m] for _, totals in runs["peer"]) for m in MODELS}
    peer_best["both"] = min(sum(totals.values()) for _, totals in runs["peer"])
    for what, goal in GOALS.items():
        best = min(runs[what], key=lambda r: r.wall)
        ratio = best.wall / peer_best[what]
        goals.append({"what": f"wall {what}", "value": ratio, "goal": goal, "met": ratio <= goal})
        rows.append((what, f"{best.wall:.2f} s", f"{peer_best[what]:.2f} s", f"{ratio:.2f}×", f"≤ {goal}×", verdict(ratio, goal)))
    peak = max(r.peak_mb for what in GOALS for r in runs[what])
    goals.append({"what": "peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB})
    peer = min((p for p, _ in runs["peer"]), key=lambda p: p.wall)
    both = min(runs["both"], key=lambda r: r.wall)
    rows.append(("peak memory", f"{peak:.0f} MB", f"{peer.peak_mb:.0f} MB", f"{peak / peer.peak_mb:.2f}×", f"≤ {PEAK_GOAL_MB} MB",
                 verdict(peak, PEAK_GOAL_MB)))
    rows.append(("CPU, both", f"{both.cpu:.2f} s", f"{peer.cpu:.2f} s", f"{both.cpu / peer.cpu:.2f}×", "", ""))
    rows.append(("CPU with servers", f"{both.cpu + both.server_cpu:.2f} s", f"{peer.cpu + peer.server_cpu:.2f} s",
                 f"{(both.cpu + both.server_cpu) / (peer.cpu + peer.server_cpu):.2f}×", "", ""))
    print_table((f"best of {setting.rounds}", "dvt", "script", "ratio", "goal", ""), rows)
    return {"goals": goals, "runs": {w: [vars(r) for r in runs[w]] for w in GOALS}}
