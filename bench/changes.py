"""Change detection on a table of N rows in PostgreSQL (10 M; the environment's DVT_BENCH_ROWS says otherwise): the first run, then runs
after which 0, 10 and 10,000 rows had changed, scattered over the table, by sums of groups and by all hashes (hash_groups: false). Rows that
are read whole and hashes and sums that are read are counted from run_results.json; those are held to the number of rows that changed."""
import json
import os

from measure import measure, print_table, verdict

ROWS = int(os.environ.get("DVT_BENCH_ROWS", 10_000_000))
PEAK_GOAL_MB = 300
HASHES_GOAL = 0.02
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
    """Rows read whole; sums and hashes read; bytes of all, of the last run."""
    results = json.loads((setting.folder / "target-changes" / "run_results.json").read_text())["results"]
    extracts = [t for r in results for t in r["adapter_response"].get("dvt_transfers", []) if t["role"] == "extract"]
    rows = [t for t in extracts if not t["name"].startswith("hashes of ")]
    hashes = [t for t in extracts if t["name"].startswith("hashes of ")]
    return sum(t["rows"] for t in rows), sum(t["rows"] for t in hashes), sum(t["bytes"] for t in extracts)


def change(setting, count):
    """`count` rows, as far apart as can be."""
    connection = setting.databases.postgres()
    with connection.cursor() as cursor:
        cursor.execute(f"update changing set amount = amount + 1 where id in (select (i * {ROWS // count}::bigint) from generate_series(1, {count}) i)")
        changed = cursor.rowcount
    connection.close()
    return changed


def run(setting):
    print(f"changes: {ROWS:,} rows, PostgreSQL → PostgreSQL, by hashes that the source computes", flush=True)
    prepare(setting)

    def step(*arguments):
        measured = measure(setting.dvt("changes", "run", *arguments), environment=setting.environment, servers=setting.servers)
        return measured, moved(setting)

    steps, ratios = [("first run", step("--full-refresh"))], []
    for count in (0, 10, 10_000):
        for way, arguments in (("by groups", ()), ("by all hashes", ("--vars", "{groups: false}"))):
            changed = change(setting, count) if count else 0
            steps.append((f"{changed:,} rows changed, {way}", step(*arguments)))
            if changed:
                ratios.append(steps[-1][1][1][0] / changed)
    rows = [(name, f"{m.wall:.1f} s", f"{m.cpu:.1f} s", f"{m.server_cpu:.1f} s", f"{read:,}", f"{hashes:,}", f"{size / 1e6:.1f} MB",
             f"{m.peak_mb:.0f} MB", f"≤ {PEAK_GOAL_MB} MB", verdict(m.peak_mb, PEAK_GOAL_MB)) for name, (m, (read, hashes, size)) in steps]
    print_table(("", "wall", "CPU", "CPU of servers", "rows read", "sums and hashes", "moved", "peak", "goal", ""), rows)
    peak, unchanged, changed = max(m.peak_mb for _, (m, _) in steps), steps[1][1][1][0], max(ratios)
    hashed = steps[3][1][1][1] / ROWS
    print(f"  rows read whole where nothing changed: {unchanged:,}; for each row that changed: {changed:.2f}, goal ≤ {ROWS_GOAL}: "
          f"{verdict(changed, ROWS_GOAL)}; sums and hashes read for 10 changed rows: {hashed:.2%} of the rows, goal ≤ {HASHES_GOAL:.0%}: "
          f"{verdict(hashed, HASHES_GOAL)}\n")
    return {"goals": [{"what": "peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB},
                      {"what": "rows read for each that changed", "value": changed, "goal": ROWS_GOAL, "met": changed <= ROWS_GOAL and unchanged == 0},
                      {"what": "share of sums and hashes for 10 changed rows", "value": hashed, "goal": HASHES_GOAL, "met": hashed <= HASHES_GOAL}]}
