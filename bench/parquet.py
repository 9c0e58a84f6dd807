"""dvt against ConnectorX with pyarrow: one table from PostgreSQL into a Parquet file."""
import json
import os
import sys

import duckdb

from measure import measure, print_table, verdict
from tpch_tables import load_postgres

WALL_GOAL, PEAK_GOAL_MB = 1.0, 200
# Both files' rows in one spelling: ConnectorX gives decimals another scale.
CHECKSUM = ("select count(*), bit_xor(hash(l_orderkey::bigint, l_partkey::bigint, l_suppkey::bigint, l_linenumber::bigint, "
            "l_quantity::decimal(15,2), l_extendedprice::decimal(15,2), l_discount::decimal(15,2), l_tax::decimal(15,2), rtrim(l_returnflag), "
            "rtrim(l_linestatus), l_shipdate::date, l_commitdate::date, l_receiptdate::date, rtrim(l_shipinstruct), rtrim(l_shipmode), "
            "l_comment)) from '{}'")


def peer_command(setting, file):
    return [sys.executable, setting.top / "bench" / "peer_parquet.py", "--source", setting.values["DVT_TEST_POSTGRES"], "--table", "lineitem",
            "--split", "l_orderkey", "--output", file]


def run(setting):
    print("parquet: TPC-H lineitem, 6 M rows, PostgreSQL → one Parquet file (zstd)", flush=True)
    connection = setting.databases.postgres()
    load_postgres(connection, "lineitem", 1)
    connection.close()
    files = setting.folder / "files"
    ours, theirs = files / "lineitem.parquet", files / "peer.parquet"
    pairs = []
    for number in range(setting.rounds):
        peer = measure(peer_command(setting, theirs), environment=setting.environment, servers=setting.servers)
        run = measure(setting.dvt("parquet", "run", "--select", "lineitem"), environment=setting.environment, servers=setting.servers)
        pairs.append((run, peer, json.loads(peer.output.strip().splitlines()[-1])["total"]))
        if number == 0:
            sums = [duckdb.sql(CHECKSUM.format(file)).fetchone() for file in (ours, theirs)]
            if sums[0] != sums[1]:
                raise SystemExit(f"lineitem: different rows: dvt {sums[0]}, ConnectorX {sums[1]}")
            print(f"  same rows: {sums[0][0]}; {ours.stat().st_size / 1e6:.0f} MB, pyarrow's {theirs.stat().st_size / 1e6:.0f} MB\n")
    for file in (ours, theirs):
        os.remove(file)
    run = min((r for r, _, _ in pairs), key=lambda r: r.wall)
    peer = min((p for _, p, _ in pairs), key=lambda p: p.wall)
    seconds = min(s for _, _, s in pairs)
    ratio, peak = run.wall / seconds, max(r.peak_mb for r, _, _ in pairs)
    whole, peer_whole = run.cpu + run.server_cpu, peer.cpu + peer.server_cpu
    print_table((f"best of {setting.rounds}", "dvt", "ConnectorX", "ratio", "goal", ""), [
        ("wall", f"{run.wall:.2f} s", f"{seconds:.2f} s", f"{ratio:.2f}×", f"< {WALL_GOAL}×", verdict(ratio, WALL_GOAL)),
        ("peak memory", f"{peak:.0f} MB", f"{peer.peak_mb:.0f} MB", f"{peak / peer.peak_mb:.2f}×", f"≤ {PEAK_GOAL_MB} MB",
         verdict(peak, PEAK_GOAL_MB)),
        ("CPU", f"{run.cpu:.2f} s", f"{peer.cpu:.2f} s", f"{run.cpu / peer.cpu:.2f}×", "", ""),
        ("CPU with servers", f"{whole:.2f} s", f"{peer_whole:.2f} s", f"{whole / peer_whole:.2f}×", "", "")])
    return {"goals": [{"what": "wall", "value": ratio, "goal": WALL_GOAL, "met": ratio <= WALL_GOAL},
                      {"what": "peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB}]}
