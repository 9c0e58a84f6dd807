"""Peak memory of transfers at two scales of TPC-H: it must not follow the tables. The data of each scale lie in databases of their own and
go away with the servers, or, if those were running, at the end."""
from measure import measure, print_table, verdict
from tpch_tables import load_mysql, load_postgres

GROWTH_GOAL = 1.10
# What: the project of bench/ and its model.
TRANSFERS = {"seg_rev": ("federation", "seg_rev"), "order_cust": ("federation", "order_cust"), "orders → PostgreSQL": ("direct", "orders_copy"),
             "lineitem → Parquet": ("parquet", "lineitem")}


def database_of(scale):
    return "scale_" + scale.replace(".", "_")


def prepare(setting, scale):
    name = database_of(scale)
    with setting.databases.postgres().cursor() as cursor:
        cursor.execute("select count(*) from pg_database where datname = %s", (name,))
        if cursor.fetchone()[0] == 0:
            cursor.execute(f"create database {name}")
    postgres, mysql = setting.databases.postgres(name), setting.databases.mysql()
    for table in ("customer", "orders", "lineitem"):
        load_postgres(postgres, table, scale)
    with mysql.cursor() as cursor:
        cursor.execute(f"create database if not exists {name} character set utf8mb4")
        cursor.execute(f"use {name}")
    load_mysql(mysql, "orders", scale)
    postgres.close()
    mysql.close()


def drop(setting, scale):
    name = database_of(scale)
    with setting.databases.postgres().cursor() as cursor:
        cursor.execute(f"drop database if exists {name} with (force)")
    with setting.databases.mysql().cursor() as cursor:
        cursor.execute(f"drop database if exists {name}")


def forget_result(setting, model):
    with setting.databases.postgres(target=True).cursor() as cursor:
        cursor.execute(f"drop table if exists dvt_bench.{model}")
    (setting.folder / "files" / f"{model}.parquet").unlink(missing_ok=True)


def measure_scale(setting, scale, rounds):
    """{what: the run with the highest peak}."""
    name = database_of(scale)
    environment = {**setting.environment, "BENCH_PG_DATABASE": name, "BENCH_MY_SCHEMA": name}
    found = {}
    for what, (project, model) in TRANSFERS.items():
        runs = [measure(setting.dvt(project, "run", "--select", model), environment=environment, servers=setting.servers) for _ in range(rounds)]
        found[what] = max(runs, key=lambda run: run.peak_mb)
        forget_result(setting, model)
    return found


def run(setting):
    large = setting.scale
    small = f"{float(large) / 10:g}"
    print(f"memory: transfers of TPC-H scale {small} and {large}", flush=True)
    found = {}
    try:
        for scale, rounds in ((small, setting.rounds), (large, 1)):
            prepare(setting, scale)
            found[scale] = measure_scale(setting, scale, rounds)
            if not setting.keep:
                drop(setting, scale)
    finally:
        if not setting.keep:
            for scale in (small, large):
                drop(setting, scale)
    rows, goals = [], []
    for what in TRANSFERS:
        before, after = found[small][what], found[large][what]
        growth = after.peak_mb / before.peak_mb
        goals.append({"what": what, "value": growth, "goal": GROWTH_GOAL, "met": growth <= GROWTH_GOAL})
        rows.append((what, f"{before.peak_mb:.0f} MB", f"{after.peak_mb:.0f} MB", f"{growth:.2f}×", f"≤ {GROWTH_GOAL}×", verdict(growth, GROWTH_GOAL),
                     f"{before.wall:.1f} → {after.wall:.1f} s", f"{before.cpu:.1f} → {after.cpu:.1f} s"))
    print_table(("peak memory", f"scale {small}", f"scale {large}", "growth", "goal", "", "wall", "CPU"), rows)
    return {"goals": goals}
