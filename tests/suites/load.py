"""What a run may ask of its sources: one moment for all models, load budgets, timeouts, and nothing left on a server after Ctrl-C."""
import json
import os
import signal
import socket
import subprocess
import threading
import time

NAME, ABOUT, NEEDS = "load", "one moment a source, load budgets, timeouts, cancel that reaches the server", ["release", "servers"]
ROWS = 60_000


def run(report, context):
    context.databases.fresh("load")
    bench = Bench(context)
    bench.fill()
    for check in (one_moment, a_moment_each, truncated_meanwhile, rate, connections_at_a_time, too_few_connections, bytes_of_the_run,
                  outside_hours, query_timeout, connect_timeout, interrupt, key_tables, interrupt_key_tables, resume_direct, resume_federated,
                  no_resume_of_another_state, session_lost, rows_lost):
        name = check.__doc__.strip()
        if not report.wants(name):
            continue
        try:
            note = check(bench)
            report.passed("load", name, note or "")
        except AssertionError as error:
            report.failed("load", name, str(error))
    context.databases.drop("load")


class Bench:
    def __init__(self, context):
        self.context = context
        self.project = context.top / "tests" / "load"
        self.artifacts = context.scratch("load")
        servers = context.servers
        self.environment = {"PG_PORT": servers["postgres_port"], "MY_PORT": servers["mariadb_port"],
                            "PGT_PORT": servers["postgres_target_port"], "DBT_ENV_SECRET_PASSWORD": servers["password"]}

    def fill(self):
        with self.crm() as cursor:
            cursor.execute("create table events (id integer primary key, kind text not null)")
            cursor.execute(f"insert into events select n, 'kind ' || n % 29 from generate_series(1, {ROWS}) n; analyze")
            cursor.execute("create view slow_events as select id, kind from events where id <= 2000 and pg_sleep(0.01)::text = ''")
        with self.shop() as cursor:
            cursor.execute("create table visits (id integer primary key, kind varchar(20) not null)")
            cursor.execute(f"insert into visits select seq, concat('kind ', seq % 29) from seq_1_to_{ROWS}")
            cursor.execute("analyze table visits")
            cursor.execute("create view slow_visits as select id, kind from visits where id <= 2000 and sleep(0.01) = 0")

    def crm(self):
        return self.context.databases.postgres("load").cursor()

    def target(self):
        return self.context.databases.postgres("load", target=True).cursor()

    def shop(self):
        return self.context.databases.mysql("load").cursor()

    def command(self, models, variables=None):
        return [str(self.context.program), "run", "--select", *models.split(), "--vars", json.dumps(variables or {}), "--threads", "4",
                "--project-dir", str(self.project), "--profiles-dir", str(self.project), "--target-path", str(self.artifacts)]

    def start(self, models, variables=None, **environment):
        budget = environment.pop("budget", None)
        return subprocess.Popen(self.command(models, variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env={**self.context.environment, **self.environment, **({"BUDGET": json.dumps(budget)} if budget else {}),
                                     **environment}, start_new_session=True)

    def load(self, models, variables=None, **environment):
        process = self.start(models, variables, **environment)
        output = process.communicate(timeout=180)[0].decode(errors="replace")
        return process.returncode, output

    def count(self, model):
        with self.target() as cursor:
            cursor.execute(f"select count(*) from public.{model}")
            return cursor.fetchone()[0]

    def moments(self):
        """{model: {connection: moment}} of the last run."""
        results = json.loads((self.artifacts / "run_results.json").read_text())["results"]
        return {r["unique_id"].split(".")[-1]: {t["connection"]: t.get("moment") for t in r["adapter_response"].get("dvt_transfers", [])
                                                if t["role"] == "extract"} for r in results}


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def two_reads(bench, moment, between):
    """Both sources read by two models each, one after the other, with `between` in the meantime."""
    # The first ones take two seconds by their budget; what happens in them is after the moment began.
    process = bench.start("events_first events_second visits_first visits_second", {"moment": moment}, budget={"rows_per_second": ROWS / 2})
    time.sleep(1.2)
    between()
    output = process.communicate(timeout=180)[0].decode(errors="replace")
    expect(process.returncode == 0, output[-3000:])
    return {model: bench.count(model) for model in ("events_first", "events_second", "visits_first", "visits_second")}, output


def add_rows(bench):
    with bench.crm() as cursor:
        cursor.execute("insert into events select max(id) + 1, 'new' from events")
    with bench.shop() as cursor:
        cursor.execute("insert into visits select max(id) + 1, 'new' from visits")


def one_moment(bench):
    """all models of a run see one moment of PostgreSQL and of MariaDB"""
    counts, output = two_reads(bench, "run", lambda: add_rows(bench))
    expect(counts["events_first"] == counts["events_second"] and counts["visits_first"] == counts["visits_second"], f"{counts}\n{output[-2000:]}")
    moments = bench.moments()
    crm, shop = moments["events_first"]["crm"], moments["visits_first"]["shop"]
    expect(crm == moments["events_second"]["crm"] and crm["position"].startswith("lsn ") and crm["one"] and crm["at"], f"{moments}")
    expect(shop["position"] == moments["visits_second"]["shop"]["position"] and shop["one"] and shop["at"], f"{moments}")
    return f"{crm['position']}, {shop['position']}"


def a_moment_each(bench):
    """with `moment: model` each model sees its own"""
    counts, output = two_reads(bench, "model", lambda: add_rows(bench))
    expect(counts["events_first"] + 1 == counts["events_second"] and counts["visits_first"] + 1 == counts["visits_second"], f"{counts}\n{output[-2000:]}")


def truncated_meanwhile(bench):
    """a table that is made anew after the moment began is read at another, never as empty"""
    def renew():
        with bench.crm() as cursor:
            cursor.execute("create table events_new as select * from events where id <= 1000; alter table events rename to events_old; "
                           "alter table events_new rename to events")
    try:
        counts, output = two_reads(bench, "run", renew)
    finally:
        with bench.crm() as cursor:
            cursor.execute("drop table if exists events_new; drop table if exists events cascade; alter table if exists events_old rename to events")
            cursor.execute("create or replace view slow_events as select id, kind from events where id <= 2000 and pg_sleep(0.01)::text = ''")
    expect(counts["events_second"] == 1000 and counts["events_first"] > 1000, f"{counts}\n{output[-2000:]}")
    expect("made anew" in output, output[-2000:])


def rate(bench):
    """rows_per_second holds for all readers of a connection together"""
    started = time.perf_counter()
    code, output = bench.load("events_first both", budget={"rows_per_second": ROWS})
    seconds = time.perf_counter() - started
    expect(code == 0, output[-3000:])
    expect(seconds >= 2, f"{2 * ROWS} rows of crm took {seconds:.1f} s, at {ROWS} a second")
    return f"{seconds:.1f} s for {2 * ROWS} rows at {ROWS} a second"


def connections_at_a_time(bench):
    """max_connections is never exceeded on either server"""
    most = {"crm": 0, "shop": 0}
    done = threading.Event()

    def watch():
        crm, shop = bench.context.databases.postgres("postgres").cursor(), bench.context.databases.mysql().cursor()
        while not done.is_set():
            crm.execute("select count(*) from pg_stat_activity where datname = 'load' and application_name = 'dvt'")
            most["crm"] = max(most["crm"], crm.fetchone()[0])
            shop.execute("select count(*) from information_schema.processlist where db = 'load'")
            most["shop"] = max(most["shop"], shop.fetchone()[0])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        code, output = bench.load("events_first visits_first both", budget={"max_connections": 5, "rows_per_second": ROWS})
    finally:
        done.set()
        watcher.join()
    expect(code == 0, output[-3000:])
    expect(0 < most["crm"] <= 5 and 0 < most["shop"] <= 5, f"at most {most} connections were seen, 5 are allowed")
    return f"{most}"


def too_few_connections(bench):
    """a limit that cannot be is told in its place"""
    code, output = bench.load("events_first", budget={"max_connections": 2})
    expect(code != 0 and "max_connections must be a whole number from 4 on" in output and "profiles.yml" in output, output[-2000:])


def bytes_of_the_run(bench):
    """max_bytes ends the model with what was read and what is allowed"""
    code, output = bench.load("events_first", budget={"max_bytes": "100kB"})
    expect(code != 0 and "its load_budget allows 100000" in output and "attempt" not in output, output[-2000:])


def outside_hours(bench):
    """outside its hours a source is not read"""
    later = [(time.localtime().tm_hour + n) % 24 for n in (2, 3)]
    hours = f"{later[0]:02}:00-{later[1]:02}:00"
    code, output = bench.load("events_first", budget={"hours": hours, "outside_hours": "fail"})
    expect(code != 0 and f"may be read only at {hours}" in output, output[-2000:])
    process = bench.start("events_first", budget={"hours": hours})
    time.sleep(1.5)
    expect(process.poll() is None, "did not wait")
    os.killpg(process.pid, signal.SIGINT)
    output = process.communicate(timeout=10)[0].decode(errors="replace")
    expect("waiting" in output, output[-2000:])


def query_timeout(bench):
    """query_timeout of a connection ends a query that takes longer, on both servers"""
    for model in ("slow_crm", "slow_shop"):
        started = time.perf_counter()
        code, output = bench.load(model, {"retries": 0}, QUERY_TIMEOUT="1")
        seconds = time.perf_counter() - started
        expect(code != 0 and ("timeout" in output or "max_statement_time" in output), output[-2000:])
        expect(seconds < 15, f"{model} took {seconds:.1f} s")


def connect_timeout(bench):
    """connect_timeout of the project counts where the connection has none"""
    project = bench.context.scratch("load_timeout")
    subprocess.run(["cp", "-r", f"{bench.project}/.", project], check=True)
    with open(project / "dbt_project.yml", "a") as file:
        file.write("transfer: {connect_timeout: 1, retries: 0}\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.perf_counter()
        outcome = bench.context.run([str(bench.context.program), "debug", "--connection", "--target", "crm", "--project-dir", str(project), "--profiles-dir", str(project)],
                                    environment={**bench.environment, "PG_PORT": str(silent.getsockname()[1])}, timeout=60)
        seconds = time.perf_counter() - started
    expect("no answer within 1 s" in outcome.output, outcome.output[-2000:])
    expect(seconds < 8, f"{seconds:.1f} s")


def seconds_after_interrupt(process, left):
    """Ctrl-C, and the seconds until none of the counts that `left` gives is more than zero, 10 at most"""
    os.killpg(process.pid, signal.SIGINT)
    sent = time.perf_counter()
    while any(left()) and time.perf_counter() - sent < 10:
        time.sleep(0.02)
    seconds = time.perf_counter() - sent
    process.communicate(timeout=20)
    return seconds


def interrupt(bench):
    """after Ctrl-C no query is left on either server within a second"""
    process = bench.start("slow_crm slow_shop")
    crm, shop = bench.context.databases.postgres("postgres").cursor(), bench.context.databases.mysql().cursor()

    def running():
        crm.execute("select count(*) from pg_stat_activity where datname = 'load' and application_name = 'dvt' and state = 'active'")
        shop.execute("select count(*) from information_schema.processlist where db = 'load' and command in ('Query', 'Execute')")
        return crm.fetchone()[0], shop.fetchone()[0]

    limit = time.time() + 30
    while time.time() < limit and not all(running()):
        time.sleep(0.05)
    time.sleep(0.3)
    before = running()
    expect(all(before), f"the queries never ran on both: {before}")
    seconds = seconds_after_interrupt(process, running)
    expect(seconds < 1, f"queries were left for {seconds:.2f} s")
    return f"{seconds:.2f} s"


def key_tables(bench):
    """keys go as a temporary table into PostgreSQL and into MariaDB, and the answer stays"""
    counts = {}
    for tables in ("1", "False"):
        code, output = bench.load("keys_crm keys_shop", KEY_TABLES=tables)
        expect(code == 0, output[-3000:])
        counts[tables] = {model: bench.count(model) for model in ("keys_crm", "keys_shop")}
        results = json.loads((bench.artifacts / "run_results.json").read_text())["results"]
        said = sorted(t["filtered_by"] for r in results for t in r["adapter_response"]["dvt_transfers"] if t.get("filtered_by"))
        expect(len(said) == 2 and all(("in a temporary table" in text) == (tables == "1") for text in said), f"{said}\n{output[-2000:]}")
    expect(counts["1"] == counts["False"] and all(counts["1"].values()), f"{counts}")


def interrupt_key_tables(bench):
    """after Ctrl-C no session that has a table of keys is left"""
    crm, shop = bench.context.databases.postgres("load").cursor(), bench.context.databases.mysql().cursor()

    def tables_made():
        crm.execute("select count(*) from pg_stat_activity where datname = 'load' and application_name = 'dvt' and query like '%dvt_keys_%'")
        shop.execute("show global status like 'Com_create_temporary_table'")
        return crm.fetchone()[0], int(shop.fetchone()[1]) - before

    def sessions():
        crm.execute("select count(*) from pg_stat_activity where datname = 'load' and application_name = 'dvt'")
        shop.execute("select count(*) from information_schema.processlist where db = 'load'")
        return crm.fetchone()[0], shop.fetchone()[0]

    before = 0
    before = tables_made()[1]
    process = bench.start("keys_crm keys_shop", KEY_TABLES="1", budget={"rows_per_second": 700})
    limit = time.time() + 60
    while process.poll() is None and time.time() < limit and not all(tables_made()):
        time.sleep(0.02)
    expect(process.poll() is None and all(sessions()), "keys were never looked up on both servers")
    seconds = seconds_after_interrupt(process, sessions)
    expect(seconds < 2, f"sessions were left for {seconds:.2f} s")
    crm.execute("select count(*) from pg_class where relname like 'dvt_keys_%'")
    expect(crm.fetchone()[0] == 0, "a temporary table is left")
    return f"{seconds:.2f} s"


def kept_files(bench):
    return len(list(bench.artifacts.glob("partitions/**/*.arrows")))


def kill_midway(bench, model, files):
    """Kills a load as soon as so many partitions are kept."""
    process = bench.start(model, {"resume": True, "parts": 8}, budget={"rows_per_second": ROWS / 3})
    limit = time.time() + 60
    while process.poll() is None and time.time() < limit and kept_files(bench) < files:
        time.sleep(0.02)
    if process.poll() is not None:
        raise AssertionError(f"ended before {files} partitions were kept:\n" + process.communicate()[0].decode(errors="replace")[-2000:])
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def resumed(bench, model):
    """{connection: (partitions, partitions_kept, rows)} of a run after the kill."""
    code, output = bench.load(model, {"resume": True, "parts": 8})
    expect(code == 0, output[-3000:])
    results = json.loads((bench.artifacts / "run_results.json").read_text())["results"]
    return {t["connection"]: (t["partitions"], t.get("partitions_kept", 0), t["rows"]) for r in results
            for t in r["adapter_response"]["dvt_transfers"] if t["role"] == "extract"}


def resume(bench, model, files, connection):
    """A source may change its state between two runs by itself (statistics, vacuum): tried again then."""
    for _ in range(4):
        kill_midway(bench, model, files)
        with bench.shop() as cursor:
            cursor.execute("set global userstat = 1")
            before = rows_read(cursor)
        found = resumed(bench, model)
        with bench.shop() as cursor:
            read = rows_read(cursor) - before
            cursor.execute("set global userstat = 0")
        expect(kept_files(bench) == 0, "files were left after the model succeeded")
        partitions, kept, rows = found[connection]
        if kept and sum(each[1] for each in found.values()) >= files:
            return partitions, kept, rows, read
    raise AssertionError(f"nothing was resumed: {found}")


def rows_read(cursor):
    cursor.execute("select coalesce(sum(rows_read), 0) from information_schema.table_statistics where table_schema = 'load' and table_name = 'visits'")
    return int(cursor.fetchone()[0])


def resume_direct(bench):
    """after kill -9 a direct model reads only the partitions that are not kept"""
    partitions, kept, rows, read = resume(bench, "visits_parts", 3, "shop")
    total = bench.count("visits_parts")
    with bench.shop() as cursor:
        cursor.execute("select count(*), sum(id) from visits")
        expected = cursor.fetchone()
    with bench.target() as cursor:
        cursor.execute("select count(*), sum(id) from visits_parts")
        found = cursor.fetchone()
    expect(tuple(map(int, expected)) == tuple(map(int, found)), f"{found}, expected {expected}")
    expect(rows == total and kept < partitions, f"{rows} rows of {total}, {kept} of {partitions} partitions kept")
    expect(read <= total * (partitions - kept) // partitions + total // 4, f"the server read {read} of {total} rows, {kept} of {partitions} partitions were kept")
    return f"{kept} of {partitions} partitions kept, the server read {read} rows of {total}"


def resume_federated(bench):
    """after kill -9 a federated model reads only the partitions that are not kept"""
    partitions, kept, rows, _ = resume(bench, "both_parts", 3, "shop")
    with bench.crm() as cursor:
        cursor.execute("select count(*) from events")
        most = cursor.fetchone()[0]
    expect(0 < bench.count("both_parts") <= most, f"{bench.count('both_parts')} rows")
    return f"{kept} of {partitions} partitions kept"


def no_resume_of_another_state(bench):
    """partitions of another state of the source are not used"""
    kill_midway(bench, "visits_parts", 3)
    with bench.shop() as cursor:
        cursor.execute("update visits set kind = 'changed' where id <= 10")
    _, kept, _ = resumed(bench, "visits_parts")["shop"]
    with bench.target() as cursor:
        cursor.execute("select count(*) from visits_parts where kind = 'changed'")
        changed = cursor.fetchone()[0]
    expect(kept == 0 and changed == 10, f"{kept} partitions were kept, {changed} of 10 changed rows came")


def lose_session(bench, lose):
    """A load of which the target's idle sessions are ended as soon as a partition was committed; `lose` may take rows away before."""
    with bench.crm() as cursor:
        cursor.execute("select count(*) from events")
        rows = cursor.fetchone()[0]
    process = bench.start("events_first", budget={"rows_per_second": ROWS / 3})
    ended = 0
    with bench.target() as cursor:
        for _ in range(200):
            cursor.execute("select quote_ident(relname) from pg_class where relname like 'events\\_first\\_\\_dvt\\_tmp%' and relkind = 'r'")
            table = cursor.fetchone()
            cursor.execute(f"select count(*) from public.{table[0]}" if table else "select 0")
            if cursor.fetchone()[0] > 0:
                lose(cursor, table[0])
                cursor.execute("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'dvt' and state = 'idle' "
                               "and datname = current_database()")
                ended = cursor.fetchone()[0]
                break
            time.sleep(0.02)
    output = process.communicate(timeout=180)[0].decode(errors="replace")
    expect(ended > 0 and process.returncode == 0 and bench.count("events_first") == rows, f"{ended} ended\n{output[-3000:]}")
    return output


def session_lost(bench):
    """a session that is lost while rows are loaded is replaced, and the transfer goes on"""
    output = lose_session(bench, lambda cursor, table: None)
    expect("starting the transfer again" not in output, output[-3000:])


def rows_lost(bench):
    """rows whose commit a crash took back are missed, and the transfer starts over"""
    output = lose_session(bench, lambda cursor, table: cursor.execute(f"delete from public.{table} where ctid < '(1,0)'"))
    expect("the server went down meanwhile; starting the transfer again" in output, output[-3000:])
