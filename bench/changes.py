"""Change detection on a table of N rows in PostgreSQL (10 M; the environment's DVT_BENCH_ROWS says otherwise): the first run, a run
in which nothing changed, and one in which every 10,000th row did. Of unchanged rows only keys and hashes move: the rows that are read
whole are counted from run_results.json and held to the number of those that changed."""
import json
import os

from measure import measure, print_table, verdict

ROWS = int(os.environ.get("DVT_BENCH_ROWS", 10_000_000))
PEAK_GOAL_MB = 300
ROWS_GOAL = 2  # rows read whole for each row that changed


def prepare(setting):
    connection = setting.databases.postgres()
    with connection.cursor() as cursor:
        cursor.execute("select coalesce((select reltuples from pg_class where oid = to_regclass('changing')), 0)")
        if abs(cursor.fetchone()[0] - ROWS) > ROWS / 100:
            cursor.execute("drop table if exists changing")
            cursor.execute("create table changing (id bigint primary key, name text, amount numeric(12,2), placed timestamp)")
            cursor.execute(f"insert into changing select i, 'customer ' || i % 10007, i % 100000 / 100.0, "
                           f"timestamp '2020-01-01' + i % 1000 * interval '1 hour' from generate_series(1, {ROWS}) i")
            cursor.execute("vacuum analyze changing")
    connection.close()


def moved(setting):
    """Rows read whole, hashes read, and bytes of both, of the last run."""
    results = json.loads((setting.folder / "target-changes" / "run_results.json").read_text())["results"]
    extracts = [t for r in results for t in r["adapter_response"].get("dvt_transfers", []) if t["role"] == "extract"]
    rows = [t for t in extracts if not t["name"].startswith("hashes of ")]
    hashes = [t for t in extracts if t["name"].startswith("hashes of ")]
    return sum(t["rows"] for t in rows), sum(t["rows"] for t in hashes), sum(t["bytes"] for t in extracts)


def run(setting):
    print(f"changes: {ROWS:,} rows, PostgreSQL → PostgreSQL, by hashes that the source computes", flush=True)
    prepare(setting)

    def step(*arguments):
        measured = measure(setting.dvt("changes", "run", *arguments), environment=setting.environment, servers=setting.servers)
        return measured, moved(setting)

    steps = [("first run", step("--full-refresh")), ("nothing changed", step())]
    connection = setting.databases.postgres()
    with connection.cursor() as cursor:
        cursor.execute("update changing set amount = amount + 1 where id % 10000 = 0")
    connection.close()
    steps.append((f"{ROWS // 10000:,} rows changed", step()))
    rows = [(name, f"{m.wall:.1f} s", f"{m.cpu:.1f} s", f"{m.server_cpu:.1f} s", f"{read:,}", f"{hashes:,}", f"{size / 1e6:.0f} MB",
             f"{m.peak_mb:.0f} MB", f"≤ {PEAK_GOAL_MB} MB", verdict(m.peak_mb, PEAK_GOAL_MB)) for name, (m, (read, hashes, size)) in steps]
    print_table(("", "wall", "CPU", "CPU of servers", "rows read", "hashes read", "moved", "peak", "goal", ""), rows)
    peak = max(m.peak_mb for _, (m, _) in steps)
    unchanged, changed = steps[1][1][1][0], steps[2][1][1][0] / (ROWS // 10000)
    print(f"  rows read whole where nothing changed: {unchanged:,}; for each row that changed: {changed:.2f}, goal ≤ {ROWS_GOAL}: "
          f"{verdict(changed, ROWS_GOAL)}\n")
    return {"goals": [{"what": "peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB},
                      {"what": "rows read for each that changed", "value": changed, "goal": ROWS_GOAL, "met": changed <= ROWS_GOAL and unchanged == 0}]}
