"""Faults × the phases of a run, through the real program on real servers: is the target always whole, what is mended without help,
what is left behind? Which ones: tests/faults/matrix.toml."""
import contextlib
import dataclasses
import itertools
import os
import subprocess
import tempfile
import time
import urllib.error

import psycopg2
import pymysql

from harness import fault_cells
from harness.fault_bench import Bench
from harness.fault_cells import STATEMENTS, TOGETHER
from harness.fault_targets import MariadbTarget, PostgresTarget
from harness.fault_trial import LAST_RUN_SECONDS, Trial
from harness.file_targets import DuckdbTarget, ParquetTarget, SqliteTarget
from harness.patience import Patience, TooLong, end_of
from harness.toxiproxy import Toxiproxy
from harness.wire_faults import KillSwitch, WireFault, mysql_messages, postgres_messages

SERVER_SECONDS = 600  # a server that recovers on a busy machine
ILL = (psycopg2.OperationalError, pymysql.OperationalError, urllib.error.URLError, subprocess.CalledProcessError, ConnectionError, TooLong)
FEW = 2000  # rows of models of which each statement is hurt


class Ill(Exception):
    """A server or a proxy of the test itself did not do its part: says nothing about dvt."""


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
    """`models`: of each target those that it will be asked to run."""

    def __init__(self, context, orders, models):
        self.context, self.bench = context, Bench(context)
        self.toxiproxy = Toxiproxy(context.servers["DVT_TEST_TOXIPROXY"])
        self.folder = tempfile.mkdtemp(prefix="dvt-faults.")
        os.chmod(self.folder, 0o755)
        files = os.path.join(self.folder, "files")
        os.mkdir(files)
        self.bench.environment["FAULTS_DIR"] = files
        kinds = [PostgresTarget(context), MariadbTarget(context), *(kind(context, files) for kind in (DuckdbTarget, SqliteTarget, ParquetTarget))]
        self.targets, self.models = {kind.name: kind for kind in kinds if kind.name in models}, models
        self.orders, self.generation = orders, 10_000
        self.whole = {}  # of a target's model, and its few rows: what all that one run brings looks like, and where its watermark is then
        self.statements = {}  # of a target's model: how many a run sends
        self.library = os.path.join(self.folder, "disk_faults.so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", self.library, context.top / "tests" / "harness" / "disk_faults.c", "-ldl"], check=True)

    def prepare(self):
        """The targets' disks can be full, servers take few connections, and every model has a first result."""
        for target in (False, True):
            with self.postgres(target) as cursor:
                cursor.execute("alter system set max_connections = 40")
                cursor.execute("alter database faults set work_mem = '64kB'")
            self.restart("postgres_target" if target else "postgres", preload=True)
        for name, target in self.targets.items():
            target.prepare(self.patiently)
            for model in self.models[name]:
                self.undisturbed(target, model)
                self.learn(target, model, 0)
                target.guard(model)

    def undisturbed(self, target, model, few=0, environment=None):
        self.generation += 1
        first = self.bench.load(self.generation, model, environment, target.variable, few)
        if first.code != 0:
            raise RuntimeError(f"undisturbed load of {model} into {target.name}:\n{first.output[-3000:]}")

    def learn(self, target, model, few):
        """What a whole run brings; how many calls or statements it makes."""
        if (target.name, model, few) in self.whole:
            return
        target.reset(model, self.low(few), few)
        environment = {}
        counted = os.path.join(self.folder, "counted")
        if target.process:
            environment = {"LD_PRELOAD": self.library, "DVT_DISK_FAULT": f"count:0:{target.mark}", "DVT_DISK_COUNT": counted}
            with contextlib.suppress(FileNotFoundError):
                os.unlink(counted)
        with contextlib.ExitStack() as stack:
            if few:
                proxy = stack.enter_context(self.wire(target))
                environment = {target.port: str(proxy.port)}
            self.undisturbed(target, model, few, environment)
            if few:
                self.statements[target.name, model] = proxy.count
        if target.process:
            target.calls[model] = open(counted).read()
        content = target.content(model)
        self.whole[target.name, model, few] = (content[self.generation], content.get("watermark"))

    def low(self, few):
        """From which id on a model with a watermark has rows to read."""
        return self.orders - (few or 40_000)

    def wire(self, target, *fault):
        return WireFault(self.bench.environment[target.port], postgres_messages if target.port == "PGT_PORT" else mysql_messages, *fault)

    def close(self):
        for target in (False, True):
            with self.postgres(target) as cursor:
                cursor.execute("alter system reset max_connections")
            self.restart("postgres_target" if target else "postgres")
        for target in self.targets.values():
            target.close()

    def restart(self, name, preload=False):
        environment = {**os.environ, **({"DVT_SERVER_PRELOAD": self.library} if preload else {})}
        done = subprocess.run(["./dev", "servers", "restart", name], cwd=self.context.top, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Ill(f"{name} did not restart: {done.stdout.decode(errors='replace')[-500:].strip()}")

    def heal(self):
        """Servers that stopped are started, and all that answer are waited for."""
        subprocess.run(["./dev", "servers", "start"], cwd=self.context.top, env={**os.environ, "DVT_SERVER_PRELOAD": self.library},
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_until_up()

    @contextlib.contextmanager
    def postgres(self, target):
        """A cursor, as soon as the server that may be recovering takes connections."""
        connection = self.patiently(lambda: self.context.databases.postgres("faults", target=target), f"PostgreSQL ({'target' if target else 'source'})")
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    @staticmethod
    def patiently(connect, what="a database of the test"):
        patience = Patience(f"{what} takes connections", SERVER_SECONDS)
        while True:
            try:
                return connect()
            except (psycopg2.OperationalError, pymysql.OperationalError) as error:
                patience.pause(0.1, str(error).strip())

    def wait_until_up(self):
        for target in (False, True):
            with self.postgres(target):
                pass
        self.patiently(lambda: self.context.databases.mysql("faults"), "MariaDB").close()

    def run(self, cell, turn):
        """One run with the fault in that phase, and an undisturbed one after it. Raises Ill."""
        try:
            few = FEW if cell.phase == STATEMENTS else 0
            target, (model, _) = self.targets[cell.target], cell.site(turn)
            self.learn(target, model, few)
            target.reset(model, self.low(few), few)
            old = target.content(model)
            self.generation += 1
            started = time.perf_counter()
            disturbed = {STATEMENTS: self.at_statement, TOGETHER: self.together}.get(cell.phase, self.at_moment)
            codes, output = disturbed(cell, turn)
            self.wait_until_up()
            return self.verdict(target, model, few, old, codes, output, started)
        except ILL as error:
            raise Ill(f"{type(error).__name__}: {error}".strip()) from error

    def at_moment(self, cell, turn):
        with contextlib.ExitStack() as stack:
            code, output = Trial(self, stack, cell, turn).go(self.generation)
        return {self.generation: code}, output

    def at_statement(self, cell, turn):
        target, (model, port) = self.targets[cell.target], cell.site(turn)
        statements = self.statements[target.name, model]
        switch, number = KillSwitch(), 1 + turn // len(cell.sites)
        with self.wire(target, cell.fault, number, switch) as proxy:
            run = self.start(target, model, self.generation, FEW, {port: str(proxy.port)})
            switch.begin(run.process)
            code, output = run.end()
        return {self.generation: code}, f"at statement {number} of {statements}: {proxy.statement!r}\n{output}"

    def statement_turns(self, cell, stride):
        """Turns for each statement of each site's model, or each `stride`th of them. A turn counts the sites first, then their statements."""
        for model, _ in cell.sites:
            self.learn(self.targets[cell.target], model, FEW)
        counts = [self.statements[cell.target, model] for model, _ in cell.sites]
        turns = [turn for turn in range(max(counts) * len(counts)) if turn // len(counts) < counts[turn % len(counts)]]
        return turns[fault_cells.FAULT_OFFSETS[cell.fault] % stride::stride]

    def together(self, cell, turn):
        """Another run of the model begins a little later."""
        target, (model, _) = self.targets[cell.target], cell.site(turn)
        first, self.generation = self.generation, self.generation + 1
        runs = {first: self.start(target, model, first)}
        time.sleep((0, 0.05, 0.15, 0.4, 0.8)[turn // len(cell.sites) % 5])
        runs[self.generation] = self.start(target, model, self.generation)
        ended = {generation: run.end() for generation, run in runs.items()}
        return {generation: code for generation, (code, _) in ended.items()}, "\n".join(f"run {g}:\n{output}" for g, (_, output) in ended.items())

    def start(self, target, model, generation, few=0, environment=None):
        return Started(self.bench.command(generation, model, to=target.variable, few=few, apart=str(generation)),
                       {**self.context.environment, **self.bench.environment, **(environment or {})})

    def verdict(self, target, model, few, old, codes, output, started):
        patience = Patience("queries end", 10)
        while (target.busy() or self.bench.source_queries()) and patience.left():
            time.sleep(0.05)
        found = target.content(model)
        wrong = self.judge(found, self.outcomes(target, model, few, old, codes))
        self.generation += 1
        following = self.bench.load(self.generation, model, to=target.variable, few=few)
        if not wrong and following.code != 0:
            wrong = f"the next run failed:\n{following.output[-2000:]}"
        elif not wrong:
            wrong = self.judge(target.content(model), self.outcomes(target, model, few, found, {self.generation: 0}))
            wrong = wrong and f"after the next run: {wrong}"
        noticed = any(codes.values()) or any(word in output for word in ("attempt", "again", "could not be dropped"))
        return Verdict(not any(codes.values()), noticed, wrong, target.litter(), output, time.perf_counter() - started)

    def outcomes(self, target, model, few, old, codes):
        """What the target may hold after runs that ended with these codes."""
        whole, top = self.whole[target.name, model, few]
        done = {generation for generation, code in codes.items() if code == 0}
        if model == "order_since" and old["watermark"] == top:  # there was nothing to read
            return [old]
        may = [] if done else [old]
        if model == "order_log":
            for count in range(1, len(codes) + 1):
                may += [old | dict.fromkeys(some, whole) for some in itertools.combinations(codes, count) if done <= set(some)]
        elif model == "order_since":
            may += [old | {generation: whole, "watermark": top} for generation in codes]
        else:
            may += [{generation: whole} for generation in codes]
        return may

    @staticmethod
    def judge(found, may):
        return "" if found in may else f"the target has {found}, expected one of {may}"


class Started:
    """A run with its output."""

    def __init__(self, command, environment):
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT, env=environment)

    def end(self):
        """Its exit code and output; it is killed if it does not end."""
        code = end_of(self.process, LAST_RUN_SECONDS)
        if code is None:
            self.process.kill()
            self.process.wait()
            code = 124
        with self.output as output:
            output.seek(0)
            return code, output.read().decode(errors="replace")
