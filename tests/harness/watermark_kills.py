"""kill -9 of runs that read by watermarks: the target's rows and its stored watermarks agree whenever the run ended, and the run that
follows neither loses nor doubles a row."""
import json
import os
import random
import signal
import subprocess
import time

from harness.databases import run_file_database, run_statements

FIRST, STEP, RANDOM_KILLS = 2000, 500, 8
PHASES = {"load": "loading", "commit": "just before the commit", "end": "after the commit"}
TARGETS = ["warehouse", "duck", "lite", "shop"]


def watermark_kills(report, context):
    wanted = [("warehouse", phase) for phase in PHASES] + [(target, "") for target in TARGETS]
    wanted = [(target, phase) for target, phase in wanted if report.wants(name_of(target, phase))]
    if not wanted:
        return
    context.databases.fresh("faults")
    kills = WatermarkKills(context)
    for target, phase in wanted:
        try:
            report.passed("faults", name_of(target, phase), kills.at_phase(phase) if phase else kills.at_random(target))
        except Wrong as wrong:
            report.failed("faults", name_of(target, phase), str(wrong))
    context.databases.drop("faults")


def name_of(target, phase):
    return f"watermarks, kill -9 {PHASES[phase]}" if phase else f"watermarks, kill -9 at any moment, target {target}"


class Wrong(Exception):
    pass


class WatermarkKills:
    def __init__(self, context):
        self.context = context
        self.project = context.top / "tests" / "faults"
        self.folder = context.scratch("watermark_kills")
        servers = context.servers
        self.environment = {"PG_PORT": servers["postgres_port"], "MY_PORT": servers["mariadb_port"], "FAULTS_DIR": str(self.folder),
                            "PGT_PORT": servers["postgres_target_port"], "DBT_ENV_SECRET_PASSWORD": servers["password"]}
        self.rows = 0  # of each source
        self.write("source", "create table growing_customers (id integer primary key, changed timestamptz not null)")
        self.write("shop", "create table growing_orders (id integer primary key, amount decimal(12,2) not null)")
        self.grow(FIRST)

    def grow(self, count):
        first, self.rows = self.rows + 1, self.rows + count
        self.write("source", "insert into growing_customers select n, timestamptz '2024-01-01 00:00:00+00' + n * interval '1 second' "
                             f"from generate_series({first}, {self.rows}) n")
        self.write("shop", f"insert into growing_orders select seq, seq / 7 from seq_{first}_to_{self.rows}")

    def write(self, place, sql):
        """Statements in one of the databases, by a driver that is not ours; the rows of the last one."""
        if place in ("duck", "lite"):
            kind, name = ("duckdb", "target.duckdb") if place == "duck" else ("sqlite", "target.db")
            return run_file_database(kind, self.folder / name, sql)
        databases = self.context.databases
        connection = databases.mysql("faults") if place == "shop" else databases.postgres("faults", target=place == "warehouse")
        try:
            return run_statements(connection, sql)
        finally:
            connection.close()

    def command(self, target, pause="", more=()):
        variables = json.dumps({"to": target, "pause": pause})
        return [str(self.context.program), "run", "--select", "watermarked", "--vars", variables, "--project-dir", str(self.project),
                "--profiles-dir", str(self.project), "--target-path", str(self.folder / "target"), *more]

    def load(self, target, *more):
        outcome = self.context.run(self.command(target, more=more), environment=self.environment)
        if outcome.code != 0:
            raise Wrong(f"a run that nobody disturbed failed:\n{outcome.output[-3000:]}")

    def start(self, target, pause=""):
        return subprocess.Popen(self.command(target, pause), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env={**self.context.environment, **self.environment}, start_new_session=True)

    def state(self, target):
        """{kind: (rows, different rows, greatest id)} of the target, and the ids up to which its watermarks say it has read."""
        rows = self.write(target, "select kind, count(*), count(distinct id), max(id) from watermarked group by kind")
        marks = self.write(target, "select input, value from dvt_watermarks where model = 'watermarked'")
        read = {"order" if "orders" in source else "customer": identity(value) for source, value in marks}
        return {kind: (int(count), int(different), int(top)) for kind, count, different, top in rows}, read

    def check(self, target, allowed, what):
        rows, read = self.state(target)
        for kind in ("order", "customer"):
            top = read.get(kind)
            if top not in allowed or rows.get(kind) != (top, top, top):
                raise Wrong(f"{what}: {kind}s have {rows.get(kind)} (rows, different ones, greatest), their watermark says {top}, "
                            f"expected one of {allowed}")

    def kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        time.sleep(0.2)  # until the servers have noticed
        limit = time.time() + 10
        while time.time() < limit and self.write("warehouse", "select count(*) from pg_stat_activity where datname = 'faults' and "
                                                              "pid <> pg_backend_pid() and state <> 'idle'")[0][0]:
            self.write("warehouse", "select pg_cancel_backend(pid) from pg_stat_activity where datname = 'faults' and "
                                    "pid <> pg_backend_pid() and query like '%pg_sleep%'")
            time.sleep(0.05)

    def at_phase(self, phase):
        """Killed in a hook that sleeps at this point of the run."""
        self.load("warehouse", "--full-refresh")
        before = self.rows
        self.grow(STEP)
        process = self.start("warehouse", phase)
        limit = time.time() + 60
        sleeping = "select count(*) from pg_stat_activity where datname = 'faults' and query like '%pg_sleep%' and pid <> pg_backend_pid()"
        while process.poll() is None and time.time() < limit and not self.write("warehouse", sleeping)[0][0]:
            time.sleep(0.01)
        if process.poll() is not None:
            raise Wrong("the run ended before it was killed:\n" + process.communicate()[0].decode(errors="replace")[-3000:])
        self.kill(process)
        reached = self.rows if phase == "end" else before
        self.check("warehouse", [reached], "after the kill")
        self.load("warehouse")
        self.check("warehouse", [self.rows], "after the next run")
        return f"{'new' if phase == 'end' else 'old'} rows with {'new' if phase == 'end' else 'old'} watermarks"

    def at_random(self, target):
        dice = random.Random(20260202)
        self.load(target, "--full-refresh")
        self.grow(STEP)
        started = time.perf_counter()
        self.load(target)
        seconds = time.perf_counter() - started
        kept = 0
        for attempt in range(1, RANDOM_KILLS + 1):
            before = self.rows
            self.grow(STEP)
            process = self.start(target)
            time.sleep(seconds * (0.3 + 0.75 * (attempt - dice.random()) / RANDOM_KILLS))  # nothing is written at first
            ended = process.poll() is not None
            self.kill(process) if not ended else process.communicate()
            self.check(target, [before, self.rows], f"after kill {attempt}")
            kept += self.state(target)[1]["order"] == before
            self.load(target)
            self.check(target, [self.rows], f"after the run behind kill {attempt}")
        return f"{RANDOM_KILLS} kills, {kept} before the commit"


def identity(value):
    """The id that a stored watermark stands for: seconds behind the first moment for customers."""
    if value is None:
        return 0
    if "-" not in value:
        return int(value)
    day, clock = value.split("+")[0].split(" ")
    hours, minutes, seconds = clock.split(":")
    return (int(day[-2:]) - 1) * 86400 + int(hours) * 3600 + int(minutes) * 60 + int(seconds)
