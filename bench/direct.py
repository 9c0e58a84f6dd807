"""dvt against `psql` binary COPY piped into `psql`: one table from PostgreSQL to PostgreSQL."""
from measure import measure, print_table, verdict
from tpch_tables import COLUMNS, generate, load_postgres

WALL_GOAL, PEAK_GOAL_MB, GROWTH_GOAL = 0.9, 120, 1.10
COPIES = {"orders_copy": "orders", "orders10_copy": "orders10"}


def prepare(setting):
    print("direct: TPC-H orders, PostgreSQL → PostgreSQL, 1.5 M and 15 M rows", flush=True)
    connection = setting.databases.postgres()
    load_postgres(connection, "orders", generate(setting.folder, 1, "orders"))
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('orders10') is null")
        if cursor.fetchone()[0]:
            cursor.execute(f"create table orders10 ({COLUMNS['orders']})")
            others = COLUMNS["orders"].replace("o_orderkey bigint not null primary key, ", "")
            names = ", ".join(part.split()[0] for part in others.split(", "))
            cursor.execute(f"insert into orders10 select o_orderkey + n * 10000000, {names} from orders, generate_series(0, 9) n")
            cursor.execute("vacuum analyze orders10")
    connection.close()


def pipe_command(setting, table):
    source, target = setting.values["DVT_TEST_POSTGRES"], setting.values["DVT_TEST_POSTGRES_TARGET"]
    columns = COLUMNS["orders"].replace(" primary key", "")
    return ["bash", "-o", "pipefail", "-c",
            f"psql -qX '{target}' -c 'set client_min_messages = warning' -c 'drop table if exists pipe_{table}' "
            f"-c 'create table pipe_{table} ({columns})' && "
            f"psql -qX '{source}' -c '\\copy (select * from {table}) to stdout (format binary)' | "
            f"psql -qX '{target}' -c '\\copy pipe_{table} from stdin (format binary)'"]


def check_same_rows(setting, model, table):
    connection = setting.databases.postgres(target=True)
    with connection.cursor() as cursor:
        sums = []
        for name in (f"dvt_bench.{model}", f"pipe_{table}"):
            cursor.execute(f"select count(*), sum(hashtextextended(concat_ws('|', o_orderkey, o_custkey, o_orderstatus, o_totalprice, "
                           f"o_orderdate, rtrim(o_orderpriority), rtrim(o_clerk), o_shippriority, o_comment), 0)) from {name}")
            sums.append(cursor.fetchone())
    connection.close()
    if sums[0] != sums[1]:
        raise SystemExit(f"{model}: different rows: dvt {sums[0]}, psql {sums[1]}")
    print(f"  same rows: {model}, {sums[0][0]} rows")


def run(setting):
    prepare(setting)
    best = {}
    for model, table in COPIES.items():
        rounds = setting.rounds if table == "orders" else 1
        pairs = []
        for _ in range(rounds):
            pipe = measure(pipe_command(setting, table), environment=setting.environment, servers=setting.servers)
            ours = measure(setting.dvt("direct", "run", "--select", model), environment=setting.environment, servers=setting.servers)
            pairs.append((ours, pipe))
        check_same_rows(setting, model, table)
        best[model] = (min((o for o, _ in pairs), key=lambda r: r.wall), min((p for _, p in pairs), key=lambda r: r.wall),
                       max(o.peak_mb for o, _ in pairs))
    print()
    ours, pipe, peak = best["orders_copy"]
    large, large_pipe, large_peak = best["orders10_copy"]
    ratio, growth = ours.wall / pipe.wall, large_peak / peak
    rows = [
        ("1.5 M rows, wall", f"{ours.wall:.2f} s", f"{pipe.wall:.2f} s", f"{ratio:.2f}×", f"≤ {WALL_GOAL}×", verdict(ratio, WALL_GOAL)),
        ("1.5 M rows, CPU", f"{ours.cpu:.2f} s", f"{pipe.cpu:.2f} s", f"{ours.cpu / pipe.cpu:.2f}×", "", ""),
        ("1.5 M rows, CPU with servers", f"{ours.cpu + ours.server_cpu:.2f} s", f"{pipe.cpu + pipe.server_cpu:.2f} s",
         f"{(ours.cpu + ours.server_cpu) / (pipe.cpu + pipe.server_cpu):.2f}×", "", ""),
        ("peak memory", f"{peak:.0f} MB", f"{pipe.peak_mb:.0f} MB", "", f"≤ {PEAK_GOAL_MB} MB", verdict(peak, PEAK_GOAL_MB)),
        ("15 M rows, wall", f"{large.wall:.2f} s", f"{large_pipe.wall:.2f} s", f"{large.wall / large_pipe.wall:.2f}×", "", ""),
        ("15 M rows, peak memory", f"{large_peak:.0f} MB", "", f"{growth:.2f}×", f"≤ {GROWTH_GOAL}×", verdict(growth, GROWTH_GOAL)),
    ]
    print_table(("", "dvt", "psql | psql", "ratio", "goal", ""), rows)
    return {"goals": [{"what": "wall", "value": ratio, "goal": WALL_GOAL, "met": ratio <= WALL_GOAL},
                      {"what": "peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB},
                      {"what": "growth", "value": growth, "goal": GROWTH_GOAL, "met": growth <= GROWTH_GOAL}]}
