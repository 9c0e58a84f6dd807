"""Targets of the fault matrix that are files, written by dvt's own process: how many calls a load makes that change them, and how it ends or runs
out of room at one of them."""
import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
import zlib

import duckdb

from harness.fault_targets import FaultTarget

LAST_CALLS = 12  # those at the end that count as the commit


class FileTarget(FaultTarget):
    port, process = None, True

    def __init__(self, context, folder):
        super().__init__(context)
        self.folder = folder
        self.calls = {}  # of a model: one letter for each call of its load that changes the target's files

    def prepare(self, _):
        pass

    def guard(self, model):
        pass

    def close(self):
        pass

    def busy(self):
        return 0

    def place(self, model, phase, turn):
        """The number of a call of the load: in its course, or one of the last."""
        count = len(self.calls[model])
        last = min(LAST_CALLS, max(1, count // 2))
        if phase == "commit":
            return count - turn * 5 % last
        return 1 + int((turn * 0.618 + 0.1) % 1 * max(1, count - last))


class DuckdbTarget(FileTarget):
    name, variable, mark = "DuckDB", "duck", "target.duckdb"

    def connect(self):
        return duckdb.connect(os.path.join(self.folder, self.mark))

    def looks(self, model):
        amount, texts = self.sums(model)
        return f"select generation, count(*), sum(id), sum({amount}), sum(hash(concat({texts}))::hugeint) from {model} group by 1"

    def relations(self):
        return [name for name, in self.ask("select table_name from information_schema.tables order by 1")]

    @contextlib.contextmanager
    def locked(self, seconds):
        """The file is open in another process."""
        code = f"import duckdb, sys, time; c = duckdb.connect({os.path.join(self.folder, self.mark)!r}); print(flush=True); sys.stdin.readline()"
        holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdout.readline()
        timer = threading.Timer(seconds, holder.stdin.close)
        timer.start()
        try:
            yield
        finally:
            timer.join()
            holder.wait()
            holder.stdout.close()


class SqliteTarget(FileTarget):
    name, variable, mark = "SQLite", "lite", "target.db"

    def connect(self):
        connection = sqlite3.connect(os.path.join(self.folder, self.mark), isolation_level=None, timeout=60, check_same_thread=False)
        connection.create_function("crc32", 1, lambda text: zlib.crc32(text.encode()), deterministic=True)
        return connection

    def ask(self, sql):
        with contextlib.closing(self.connect()) as connection:
            return connection.execute(sql).fetchall()

    def looks(self, model):
        amount, texts = self.sums(model)
        return (f"select generation, count(*), sum(id), round(sum({amount}), 2), sum(crc32({texts.replace(', ', ' || ')})) from {model} group by 1")

    def relations(self):
        return [name for name, in self.ask("select name from sqlite_master where type in ('table', 'view') order by 1")]

    @contextlib.contextmanager
    def locked(self, seconds):
        """Another connection writes."""
        connection = self.connect()
        connection.execute("begin immediate")
        timer = threading.Timer(seconds, connection.close)
        timer.start()
        try:
            yield
        finally:
            timer.join()


class ParquetTarget(FileTarget):
    name, variable, mark = "Parquet", "folder", "/out/"

    def prepare(self, _):
        os.makedirs(os.path.join(self.folder, "out"), exist_ok=True)

    def connect(self):
        return duckdb.connect()

    def looks(self, model):
        amount, texts = self.sums(model)
        path = os.path.join(self.folder, "out", model + ".parquet")
        return f"select generation, count(*), sum(id), sum({amount}), sum(hash(concat({texts}))::hugeint) from '{path}' group by 1"

    def relations(self):
        return sorted(os.listdir(os.path.join(self.folder, "out")))


def wait_for_calls(path, number, patience):
    """Until a counted load has made that many calls."""
    while patience.left():
        with contextlib.suppress(OSError):
            if os.path.getsize(path) >= number:
                return True
        time.sleep(0.002)
    return False
