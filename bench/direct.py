"""dvt against `psql` binary COPY piped into `psql`: one table from PostgreSQL to PostgreSQL; and one from MariaDB against Sling."""
from measure import measure, print_table, verdict
from tpch_tables import COLUMNS, load_mysql, load_postgres

WALL_GOAL, PEAK_GOAL_MB, GROWTH_GOAL, SLING_GOAL = 0.9, 120, 1.10, 0.3
SLING = "sling-linux-amd64==1.4.11"  # the program as a Python package; there is none of a later version
COPIES = {"orders_copy": "orders", "orders10_copy": "orders10"}


def prepare(setting):
    print("direct: TPC-H orders, PostgreSQL → PostgreSQL, 1.5 M and 15 M rows", flush=True)
    connection = setting.databases.postgres()
    load_postgres(connection, "orders", 1)
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('orders10') is null")
        if cursor.fetchone()[0]:
            cursor.execute(f"create table orders10 ({COLUMNS['orders']})")
            others = COLUMNS["orders"].replace("o_orderkey bigint not null primary key, ", "")
            names = ", ".join(part.split()[0] for part in others.split(", "))
            cursor.execute(f"insert into orders10 select o_orderkey + n * 10000000, {names} from orders, generate_series(0, 9) n")
            cursor.execute("vacuum analyze orders10")
    connection.close()
    mysql = setting.databases.mysql("dvt")
    load_mysql(mysql, "orders", 1)
    mysql.close()


def pipe_command(setting, table):
    source, target = setting.values["DVT_TEST_POSTGRES"], setting.values["DVT_TEST_POSTGRES_TARGET"]
    columns = COLUMNS["orders"].replace(" primary key", "")
    return ["bash", "-o", "pipefail", "-c",
            f"psql -qX '{target}' -c 'set client_min_messages = warning' -c 'drop table if exists pipe_{table}' "
            f"-c 'create table pipe_{table} ({columns})' && "
            f"psql -qX '{source}' -c '\\copy (select * from {table}) to stdout (format binary)' | "
            f"psql -qX '{target}' -c '\\copy pipe_{table} from stdin (format binary)'"]


def mysql_pipe_command(setting):
    target, columns = setting.values["DVT_TEST_POSTGRES_TARGET"], COLUMNS["orders"].replace(" primary key", "")
    return ["bash", "-o", "pipefail", "-c",
            f"psql -qX '{target}' -c 'set client_min_messages = warning' -c 'drop table if exists pipe_mysql' "
            f"-c 'create table pipe_mysql ({columns})' && "
            f"MYSQL_PWD={setting.values['password']} mariadb --no-defaults --host=127.0.0.1 --port={setting.values['mariadb_port']} --user=dvt "
            "--default-character-set=utf8mb4 --quick --batch --skip-column-names dvt -e 'select * from orders' | "
            f"psql -qX '{target}' -c \"\\copy pipe_mysql from stdin (null 'NULL')\""]


def sling_program(setting):
    """Sling's program, or None where its package cannot be had."""
    python = setting.peer_python([SLING])
    found = list((python.parent.parent / "lib").glob("*/site-packages/sling_linux_amd64/bin/sling-linux-amd64")) if python else []
    if not found:
        return None
    found[0].chmod(0o755)
    return found[0]


def sling_command(setting, program):
    return [program, "run", "--src-conn", "BENCH_MY", "--src-stream", "dvt.orders", "--tgt-conn", "BENCH_TARGET",
            "--tgt-object", "public.sling_orders", "--mode", "full-refresh"]


def row_sum(setting, name):
    connection = setting.databases.postgres(target=True)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*), sum(hashtextextended(concat_ws('|', o_orderkey, o_custkey, o_orderstatus, trim_scale(o_totalprice::numeric), "
                       f"o_orderdate::date, rtrim(o_orderpriority), rtrim(o_clerk), o_shippriority, o_comment), 0)) from {name}")
        found = cursor.fetchone()
    connection.close()
    return found


def check_same_rows(setting, model, others):
    ours = row_sum(setting, f"dvt_bench.{model}")
    for name, table in others.items():
        theirs = row_sum(setting, table)
        if ours != theirs:
            raise SystemExit(f"{model}: different rows: dvt {ours}, {name} {theirs}")
    print(f"  same rows: {model}, {ours[0]} rows")


def from_mysql(setting):
    """orders from MariaDB; the goals."""
    program = sling_program(setting)
    environment = {**setting.environment, "BENCH_MY": setting.values["DVT_TEST_MYSQL"], "BENCH_TARGET": setting.values["DVT_TEST_POSTGRES_TARGET"] + "?sslmode=disable",
                   "SLING_HOME_DIR": str(setting.folder / "sling"), "SLING_DISABLE_TELEMETRY": "true"}
    commands = {"dvt": setting.dvt("direct", "run", "--select", "orders_from_mysql"), "mysql | psql": mysql_pipe_command(setting)}
    tables = {"mysql | psql": "pipe_mysql"}
    if program is None:
        print("  Sling: its package cannot be installed here")
    else:
        commands["Sling"], tables["Sling"] = sling_command(setting, program), "sling_orders"
    found = {name: [] for name in commands}
    for number in range(setting.rounds):
        for name, command in commands.items():
            if name != "Sling" or number == 0:  # it takes as long as all the others
                found[name].append(measure(command, environment=environment, servers=setting.servers))
    check_same_rows(setting, "orders_from_mysql", tables)
    best = {name: min(runs, key=lambda run: run.wall) for name, runs in found.items()}
    ours, goals, rows = best["dvt"], [], []
    for name, run in best.items():
        ratio, wanted = ours.wall / run.wall, SLING_GOAL if name == "Sling" else None
        rows.append((name, f"{run.wall:.2f} s", f"{run.cpu:.2f} s", f"{run.cpu + run.server_cpu:.2f} s", f"{run.peak_mb:.0f} MB",
                     f"{ratio:.2f}×" if name != "dvt" else "", f"≤ {wanted}× {verdict(ratio, wanted)}" if wanted else ""))
        if wanted:
            goals.append({"what": f"wall beside {name}", "value": ratio, "goal": wanted, "met": ratio <= wanted})
    print_table(("MariaDB → PostgreSQL, 1.5 M rows", "wall", "CPU", "with servers", "peak", "dvt is", "goal"), rows)
    return goals


def run(setting):
    prepare(setting)
    best = {}
    goals_of_mysql = from_mysql(setting)
    for model, table in COPIES.items():
        rounds = setting.rounds if table == "orders" else 1
        pairs = []
        for _ in range(rounds):
            pipe = measure(pipe_command(setting, table), environment=setting.environment, servers=setting.servers)
            ours = measure(setting.dvt("direct", "run", "--select", model), environment=setting.environment, servers=setting.servers)
            pairs.append((ours, pipe))
        check_same_rows(setting, model, {"psql": f"pipe_{table}"})
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
    return {"goals": [*goals_of_mysql, {"what": "wall", "value": ratio, "goal": WALL_GOAL, "met": ratio <= WALL_GOAL},
                      {"what": "peak MB", "value": peak, "goal": PEAK_GOAL_MB, "met": peak <= PEAK_GOAL_MB},
                      {"what": "growth", "value": growth, "goal": GROWTH_GOAL, "met": growth <= GROWTH_GOAL}]}
