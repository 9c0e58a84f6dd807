"""Faults × the phases of a run, through the real program on real servers: is the target always whole, what is mended without help,
what is left behind? All connections go through toxiproxy; each phase is stretched so that the fault surely falls into it."""
import collections
import contextlib
import dataclasses
import os
import signal
import subprocess
import tempfile
import time

import psycopg2
import pymysql

from harness.fault_bench import Bench
from harness.fault_targets import STORE_CUTS, MariadbTarget, PostgresTarget, end_one, full_flag, hoard_mariadb
from harness.toxiproxy import Toxiproxy

PHASES = ("connect", "extract", "transform", "load", "commit")
FAULTS = ("latency 2 s", "reset", "cut after N bytes", "server restart", "kill -9 of dvt", "disk full", "deadlock",
          "statement timeout", "too many connections")
FINAL = ("kill -9 of dvt", "disk full")  # nothing that dvt could mend by itself
SERVERS = {"PG_PORT": "postgres", "PGT_PORT": "postgres_target", "MY_PORT": "mariadb", "MYT_PORT": "mariadb"}
# What is hurt while the other target is loaded differs in nothing but the target itself.
CELLS = ([(PostgresTarget.name, phase, fault) for phase in PHASES for fault in FAULTS]
         + [(MariadbTarget.name, phase, fault) for phase in ("load", "commit") for fault in FAULTS]
         + [(MariadbTarget.name, "commit", fault) for fault in STORE_CUTS])
# (model, server that is hurt), taken in turn
SITES = {
    "connect": [("order_lines", "MY_PORT"), ("customer_copy", "PG_PORT"), ("order_log", "PGT_PORT"), ("order_lines", "PG_PORT"), ("customer_copy", "PGT_PORT")],
    "extract": [("order_lines", "MY_PORT"), ("customer_copy", "PG_PORT"), ("order_log", "MY_PORT"), ("order_lines", "PG_PORT"), ("order_log", "PG_PORT")],
    "transform": [("order_pairs", "PGT_PORT"), ("order_pairs", "MY_PORT"), ("order_pairs", "PG_PORT")],
    "load": [("order_lines", "PGT_PORT"), ("customer_copy", "PGT_PORT"), ("order_log", "PGT_PORT")],
    "commit": [("order_lines", "PGT_PORT"), ("customer_copy", "PGT_PORT"), ("order_log", "PGT_PORT")],
}
BYTES = {"connect": (60, 400, 3_000, 900, 200), "commit": (10, 40, 70, 110, 160)}
BYTES_OF_ROWS = (400, 3_000, 60_000, 300_000, 1_000_000)
LAST_RUN_SECONDS = 150


@dataclasses.dataclass
class Verdict:
    """What became of one run."""
    succeeded: bool
    noticed: bool  # the run told of a retry, or failed
    wrong: str     # empty: the target has the old rows or the new ones, whole
    litter: list   # relations that the next run left
    output: str
    seconds: float


class Matrix:
    def __init__(self, context, orders, customers):
        self.context, self.bench = context, Bench(context)
        self.toxiproxy = Toxiproxy(context.servers["DVT_TEST_TOXIPROXY"])
        self.targets = {kind.name: kind(context) for kind in (PostgresTarget, MariadbTarget)}
        self.rows = {"order_lines": orders, "customer_copy": customers, "customer_sorted": customers}
        self.generation = 10_000
        self.whole = {}  # target and model: what its whole result looks like
        self.folder = tempfile.mkdtemp(prefix="dvt-faults.")
        self.library = os.path.join(self.folder, "full_disk.so")
        os.chmod(self.folder, 0o755)
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", self.library, context.top / "tests" / "harness" / "full_disk.c", "-ldl"], check=True)

    def prepare(self):
        """The targets' disks can be full, servers take few connections, and every model has a first result."""
        for target in (False, True):
            with self.postgres(target) as cursor:
                cursor.execute("alter system set max_connections = 40")
                cursor.execute("alter database faults set work_mem = '64kB'")
            self.restart("postgres_target" if target else "postgres", preload=True)
        models = {PostgresTarget.name: ("order_lines", "customer_copy", "order_pairs", "order_log", "order_spill", "customer_sorted"),
                  MariadbTarget.name: ("order_lines", "customer_copy", "order_log")}
        for name, target in self.targets.items():
            target.prepare(self.patiently)
            for model in models[name]:
                self.generation += 1
                first = self.bench.load(self.generation, model, to=target.variable)
                if first.code != 0:
                    raise RuntimeError(f"undisturbed load of {model} into {name}:\n{first.output[-3000:]}")
                self.whole[name, model] = target.state(model, self.generation)
            target.guard_log()

    def close(self):
        for target in (False, True):
            with self.postgres(target) as cursor:
                cursor.execute("alter system reset max_connections")
            self.restart("postgres_target" if target else "postgres")
        for target in self.targets.values():
            target.close()

    def restart(self, name, preload=False):
        environment = {**os.environ, **({"DVT_SERVER_PRELOAD": self.library} if preload else {})}
        subprocess.run(["./dev", "servers", "restart", name], cwd=self.context.top, env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @contextlib.contextmanager
    def postgres(self, target):
        """A cursor, as soon as the server that may be recovering takes connections."""
        connection = self.patiently(lambda: self.context.databases.postgres("faults", target=target))
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    @staticmethod
    def patiently(connect, seconds=60):
        limit = time.time() + seconds
        while True:
            try:
                return connect()
            except (psycopg2.OperationalError, pymysql.OperationalError):
                if time.time() > limit:
                    raise
                time.sleep(0.1)

    def run(self, target, phase, fault, turn):
        """One run with the fault in that phase, and an undisturbed one after it."""
        target = self.targets[target]
        model, server = self.site(target, phase, fault, turn)
        old = target.generations(model)
        if model == "order_log":  # a short one is as good
            target.shorten_log()
            old = old[-1:]
        self.generation += 1
        started = time.perf_counter()
        with contextlib.ExitStack() as stack:
            trial = Trial(self, stack, target, phase, fault, model, server, turn)
            code, output = trial.go(self.generation)
        self.wait_until_up()
        wrong = self.judge(target, model, old, self.generation, code)
        self.generation += 1
        following = self.bench.load(self.generation, model, to=target.variable)
        if not wrong and following.code != 0:
            wrong = f"the next run failed:\n{following.output[-2000:]}"
        elif not wrong and target.state(model, self.generation) != self.whole[target.name, model]:
            wrong = f"after the next run the target has {target.state(model, self.generation)}"
        noticed = code != 0 or any(word in output for word in ("attempt", "again", "could not be dropped"))
        litter = [r for r in target.relations() if "__dvt_" in r or "__dbt_" in r]
        return Verdict(code == 0, noticed, wrong, litter, output, time.perf_counter() - started)

    @staticmethod
    def site(target, phase, fault, turn):
        if fault in STORE_CUTS:
            return "order_log", target.port
        if target.port != "PGT_PORT":
            return SITES[phase][turn % len(SITES[phase])][0], target.port
        if fault == "disk full" and phase == "extract":
            return "customer_sorted", "PG_PORT"
        if fault == "disk full" and phase == "transform":
            return "order_spill", "PGT_PORT"
        if fault == "disk full" and phase == "connect":
            return ("order_lines", "customer_copy")[turn % 2], "PGT_PORT"
        if fault == "too many connections" and phase == "transform":
            return "order_pairs", "PGT_PORT"
        sites = SITES[phase]
        return sites[turn % len(sites)]

    def wait_until_up(self):
        for target in (False, True):
            self.patiently(lambda: self.context.databases.postgres("faults", target=target)).close()
        self.patiently(lambda: self.context.databases.mysql("faults")).close()

    def judge(self, target, model, old, new, code):
        limit = time.time() + 10
        while (target.busy() or self.bench.source_queries()) and time.time() < limit:
            time.sleep(0.05)
        found = target.generations(model)
        log = model == "order_log"
        allowed = [old, sorted(old + [new]) if log else [new]]
        if found not in allowed:
            return f"the target has generations {found}, expected one of {allowed}"
        for generation in found:
            if target.state(model, generation) != self.whole[target.name, model]:
                return f"generation {generation} is {target.state(model, generation)}, whole it is {self.whole[target.name, model]}"
        if code == 0 and new not in found:
            return f"exit code 0, but the rows are the old ones ({found})"
        return ""


class Trial:
    """One run: its proxies, the moment of the fault, the fault itself and its end."""

    def __init__(self, matrix, stack, target, phase, fault, model, server, turn):
        self.matrix, self.stack, self.target, self.phase, self.fault = matrix, stack, target, phase, fault
        self.model, self.server, self.turn = model, server, turn
        self.bench, self.context = matrix.bench, matrix.context
        self.proxies = {name: stack.enter_context(matrix.toxiproxy.proxy(f"127.0.0.1:{self.bench.environment[name]}")) for name in SERVERS}
        self.environment = {name: str(proxy.port) for name, proxy in self.proxies.items()}
        if self.exchanges:
            self.environment[server] = str(target.raiser(self.proxy.port, phase, fault, turn, stack).port)
        self.process = None

    @property
    def proxy(self):
        return self.proxies[self.server]

    @property
    def raises(self):
        return self.fault in ("deadlock", "statement timeout")

    @property
    def exchanges(self):
        """The fault needs no moment: it comes with a statement of the phase."""
        return (self.raises or self.fault == "disk full" or self.fault in STORE_CUTS) and self.server == "MYT_PORT"

    def go(self, generation):
        self.pace()
        if self.raises:
            self.arm_triggers()
        locked = self.target.lock(self.model) if self.phase == "commit" and not self.exchanges else None
        flag = self.disk_flag() if self.fault == "disk full" and not self.exchanges else None
        guarded = self.raises and self.server != self.target.port
        if self.phase == "connect":
            self.strike()
        with open(os.path.join(self.matrix.folder, "output"), "w+b") as output:
            self.process = subprocess.Popen(
                self.bench.command(generation, self.model, guarded, self.target.variable), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**self.context.environment, **self.bench.environment, **self.environment}, start_new_session=True)
            try:
                if self.phase == "connect":
                    time.sleep({"kill -9 of dvt": 0.05 + 0.03 * self.turn, "latency 2 s": 6}.get(self.fault, 2.5))
                    if self.fault == "kill -9 of dvt":
                        self.kill()
                elif not self.exchanges and self.wait_for_moment():
                    self.strike()
                    if locked is not None:
                        time.sleep(0.1 + 0.1 * (self.turn % 3))
                        self.target.unlock(locked)
                    time.sleep(5 if self.fault == "latency 2 s" else 1.2)
                self.lift()
                code = self.process.wait(timeout=LAST_RUN_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                code = 124
            finally:
                if locked is not None:
                    self.target.unlock(locked)
                self.disarm(flag)
            output.seek(0)
            return code, output.read().decode(errors="replace")

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    # The phase is stretched.

    def pace(self):
        if self.phase == "extract" and self.fault != "disk full":
            for name in ("PG_PORT", "MY_PORT"):
                self.proxies[name].add("bandwidth", {"rate": 2500}, "downstream")
        if self.phase == "load":
            self.proxies[self.target.port].add("bandwidth", {"rate": 2500}, "upstream")

    # Its moment.

    def wait_for_moment(self):
        """False if the run ended before."""
        reached = getattr(self, f"in_{self.phase}")
        limit = time.time() + 60
        while self.process.poll() is None and time.time() < limit:
            with contextlib.suppress(psycopg2.OperationalError, pymysql.Error):
                if reached():
                    return True
            time.sleep(0.02)
        return False

    def in_extract(self):
        if not self.target.building():
            return False
        time.sleep(0 if self.raises else 0.3 + 0.1 * (self.turn % 3))
        return True

    def reading(self):
        with self.matrix.postgres(False) as cursor:
            cursor.execute("select count(*) from pg_stat_activity where datname = 'faults' and pid <> pg_backend_pid() and state = 'active'")
            busy = cursor.fetchone()[0]
        return busy + self.bench.source_queries()

    def in_transform(self):
        if not self.target.building():
            return False
        self.seen_reading = getattr(self, "seen_reading", False) or self.reading() > 0
        return self.reading() == 0

    def in_load(self):
        return self.target.loaded() > 200_000

    def in_commit(self):
        return self.target.waits()

    # The fault.

    def strike(self):
        if self.fault == "latency 2 s":
            self.proxy.add("latency", {"latency": 2000}, "downstream")
        elif self.fault == "reset":
            self.proxy.add("reset_peer", {"timeout": 0}, "downstream")
        elif self.fault == "cut after N bytes":
            self.proxy.add("limit_data", {"bytes": BYTES.get(self.phase, BYTES_OF_ROWS)[self.turn % 5]},
                           "upstream" if self.phase == "load" and self.server == "MYT_PORT" else "downstream")
        elif self.fault == "server restart":
            self.matrix.restart(SERVERS[self.server], preload=SERVERS[self.server] != "mariadb")
        elif self.fault == "kill -9 of dvt" and self.process:
            self.kill()
        elif self.fault == "disk full":
            self.fill_disk()
        elif self.raises:
            self.arm(2.5)
        elif self.fault == "too many connections":
            self.hoard()

    def lift(self):
        if self.fault in ("reset", "cut after N bytes"):
            self.proxy.renew()
        elif self.fault == "latency 2 s":
            self.proxy.remove("latency")
        elif self.fault == "too many connections":
            for connection in self.hoarded:
                connection.close()
        elif self.fault == "disk full" and self.phase == "commit" and not self.exchanges:
            time.sleep(1)
            self.empty_disk()

    def disk_flag(self):
        self.flag = os.path.join(self.matrix.folder, "dvt.full") if self.phase == "transform" else full_flag(self.context, SERVERS[self.server])
        if self.phase == "transform":
            self.environment |= {"LD_PRELOAD": self.matrix.library, "DVT_FULL_DISK": self.flag}
        if self.phase in ("transform", "extract"):
            self.fill_disk()  # is full from the beginning: the phase alone needs room there
        return self.flag

    def fill_disk(self):
        wanted = {"connect": "/base/", "extract": "pgsql_tmp", "transform": str(self.bench.artifacts), "load": self.target.full_at_load,
                  "commit": self.target.full_at_commit}
        with open(self.flag, "w") as file:
            file.write(wanted[self.phase])
        os.chmod(self.flag, 0o644)

    def empty_disk(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.flag)

    def arm_triggers(self):
        if self.server == "PGT_PORT":
            with self.matrix.postgres(True) as cursor:
                cursor.execute(f"alter event trigger {'guard_new' if self.phase in ('load', 'transform') else 'guard_ddl'} enable")

    def arm(self, seconds):
        until, kind = int((time.time() + seconds) * 1000), 1 if self.fault == "deadlock" else 2
        if self.server == "MY_PORT":
            connection = self.context.databases.mysql("faults")
            connection.cursor().execute(f"update guard_state set moment = {until}, kind = {kind}")
            connection.close()
            return
        with self.matrix.postgres(self.server == "PGT_PORT") as cursor:
            cursor.execute(f"select setval('guard_kind', {kind}), setval('guard_until', {until})")

    def disarm(self, flag):
        if flag is not None:
            self.empty_disk()
        if self.raises and self.server == "PGT_PORT":
            with self.matrix.postgres(True) as cursor:
                cursor.execute("alter event trigger guard_new disable; alter event trigger guard_ddl disable")

    def hoard(self):
        """Takes all free connections of the server, and ends one of dvt's, which then has to come back."""
        if self.server == self.target.port:
            self.hoarded = self.target.hoard(self.stack)
        elif self.server == "MY_PORT":
            self.hoarded = hoard_mariadb(self.context, self.stack, "db = 'faults'")
        else:
            self.hoarded = []
            with contextlib.suppress(psycopg2.OperationalError):
                while True:
                    self.hoarded.append(self.context.databases.postgres("faults"))
            end_one(self.hoarded[0], "select pid from pg_stat_activity where application_name = 'dvt' and state = 'active'",
                    "select pg_terminate_backend({})")


def table(tallies):
    """The counts as Markdown."""
    lines = ["| target | phase | fault | runs | noticed | succeeded by itself | failed, old rows kept or new ones there | wrong targets | litter after the next run |",
             "|---|---|---|--:|--:|--:|--:|--:|--:|"]
    for (target, phase, fault), tally in tallies.items():
        lines.append(f"| {target} | {phase} | {fault} | {tally['runs']} | {tally['noticed']} | {tally['succeeded']} | "
                     f"{tally['runs'] - tally['succeeded'] - tally['wrong']} | {tally['wrong']} | {tally['litter']} |")
    return "\n".join(lines)


def summary(tallies, only=None):
    """Of all runs, and of those with a fault that passes; of one target, if it is named."""
    total = collections.Counter()
    for (target, _, fault), tally in tallies.items():
        if only not in (None, target):
            continue
        total.update({f"all {k}": v for k, v in tally.items()})
        if fault not in FINAL:
            total.update({f"transient {k}": v for k, v in tally.items()})
    return total
