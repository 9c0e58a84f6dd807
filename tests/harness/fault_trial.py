"""One run of the fault matrix: all its connections go through toxiproxy; its phase is stretched so that the fault surely falls into it."""
import contextlib
import os
import signal
import sqlite3
import subprocess
import threading
import time

import psycopg2
import pymysql

from harness.fault_targets import STORE_CUTS, end_one, full_flag, hoard_mariadb
from harness.file_targets import wait_for_calls
from harness.patience import Patience, end_of

SERVERS = {"PG_PORT": "postgres", "PGT_PORT": "postgres_target", "MY_PORT": "mariadb", "MYT_PORT": "mariadb"}
BYTES = {"connect": (60, 400, 3_000, 900, 200), "commit": (10, 40, 70, 110, 160)}
BYTES_OF_ROWS = (400, 3_000, 60_000, 300_000, 1_000_000)
LAST_RUN_SECONDS = 150


class Trial:
    """One run: its proxies, the moment of the fault, the fault itself and its end."""

    def __init__(self, matrix, stack, cell, turn):
        self.matrix, self.stack, self.target, self.phase, self.fault = matrix, stack, matrix.targets[cell.target], cell.phase, cell.fault
        self.model, self.server = cell.site(turn)
        self.turn = turn
        self.bench, self.context = matrix.bench, matrix.context
        self.proxies = {name: stack.enter_context(matrix.toxiproxy.proxy(f"127.0.0.1:{self.bench.environment[name]}")) for name in SERVERS}
        self.environment = {name: str(proxy.port) for name, proxy in self.proxies.items()}
        if self.exchanges:
            self.environment[self.server] = str(self.target.raiser(self.proxy.port, self.phase, self.fault, turn, stack).port)
        self.process, self.struck = None, False

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

    @property
    def strikes(self):
        """The fault falls into a moment that is waited for."""
        return not self.exchanges and self.server != "" and self.fault not in STORE_CUTS

    @property
    def counts_calls(self):
        """The fault needs no moment: it comes with a call of dvt that changes the target's file."""
        return self.server == "" and self.fault in ("kill -9 of dvt", "disk full")

    def go(self, generation):
        self.pace()
        if self.raises:
            self.arm_triggers()
        if self.counts_calls:
            self.arm_calls()
        if self.fault == "locked by another":
            self.lock_file()
        locked = self.target.lock(self.model) if self.phase == "commit" and self.server and not self.exchanges else None
        flag = self.disk_flag() if self.fault == "disk full" and not self.exchanges and not self.counts_calls else None
        guarded = self.raises and self.server != self.target.port
        if self.phase == "connect" and self.strikes:
            self.strike()
        with open(os.path.join(self.matrix.folder, "output"), "w+b") as output:
            self.process = subprocess.Popen(
                self.bench.command(generation, self.model, guarded, self.target.variable), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**self.context.environment, **self.bench.environment, **self.environment}, start_new_session=True)
            try:
                if not self.strikes:
                    pass
                elif self.phase == "connect":
                    time.sleep({"kill -9 of dvt": 0.05 + 0.03 * self.turn, "latency 2 s": 6}.get(self.fault, 2.5))
                    if self.fault == "kill -9 of dvt":
                        self.kill()
                elif self.wait_for_moment():
                    self.strike()
                    if locked is not None:
                        time.sleep(0.1 + 0.1 * (self.turn % 3))
                        self.target.unlock(locked)
                    time.sleep(5 if self.fault == "latency 2 s" else 1.2)
                self.lift()
                code = end_of(self.process, LAST_RUN_SECONDS)
            finally:
                if self.process.poll() is None:
                    self.kill()
                    code = 124
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
        if self.phase == "load" and self.server:
            self.proxies[self.target.port].add("bandwidth", {"rate": 2500}, "upstream")

    # Its moment.

    def wait_for_moment(self):
        """False if the run ended before."""
        reached = getattr(self, f"in_{self.phase}")
        patience = Patience("the phase", 60)
        while self.process.poll() is None and patience.left():
            with contextlib.suppress(psycopg2.OperationalError, pymysql.Error):
                if reached():
                    return True
            time.sleep(0.005 if self.target.process else 0.02)
        return False

    def in_extract(self):
        if self.target.process:  # nobody sees into its file; its rows are under way when servers have answered
            if not self.reading():
                return False
        elif not self.target.building():
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
        return self.reading() == 0

    def in_load(self):
        return self.target.loaded() > 200_000

    def in_commit(self):
        return self.target.waits()

    # The fault.

    def strike(self):
        self.struck = True
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
        if not self.struck:
            return
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

    def arm_calls(self):
        """dvt ends, or has no more room, at one of its calls that change the target's file; a kill by turns also within the call."""
        kind = "full" if self.fault == "disk full" else ("kill", "torn")[self.turn % 2]
        place = self.target.place(self.model, self.phase, self.turn)
        self.environment |= {"LD_PRELOAD": self.matrix.library, "DVT_DISK_FAULT": f"{kind}:{place}:{self.target.mark}"}

    def lock_file(self):
        if self.phase == "connect":
            self.stack.enter_context(self.target.locked(2.5))
            return
        # At one of the last calls of a load it is locked, if that can be.
        counted = os.path.join(self.matrix.folder, "calls")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(counted)
        self.environment |= {"LD_PRELOAD": self.matrix.library, "DVT_DISK_FAULT": f"count:0:{self.target.mark}", "DVT_DISK_COUNT": counted}
        number = max(1, len(self.target.calls[self.model]) * (self.turn % 4 + 1) // 5)

        def hold():
            if wait_for_calls(counted, number, Patience("calls", 30)):
                with contextlib.suppress(sqlite3.Error), self.target.locked(2.5):
                    pass

        holder = threading.Thread(target=hold)
        holder.start()
        self.stack.callback(holder.join)

    def fill_disk(self):
        wanted = {"connect": "/base/", "extract": "pgsql_tmp", "transform": str(self.bench.artifacts), "load": "/base/", "commit": "/pg_wal/"}
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
