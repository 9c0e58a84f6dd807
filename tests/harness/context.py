"""What suites share: the program, the servers, scratch folders, direct access to the databases for checking results."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from harness.databases import Databases

DEFAULT_TIMEOUT = 300


class Outcome:
    """How one run of a program ended."""

    def __init__(self, code, output, seconds=0.0):
        self.code, self.output, self.seconds = code, output, seconds


class Context:
    def __init__(self, top, arguments):
        self.top, self.arguments = pathlib.Path(top), arguments
        self.program = self.top / "build" / arguments.program_preset / "dvt"
        self.unit_folder = self.top / "build" / arguments.unit_preset
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("DVT_", "DBT_"))}
        self.environment["NO_COLOR"] = "1"
        self.servers = {}
        self.databases = None
        self._scratch = tempfile.mkdtemp(prefix="dvt-test.")
        self._started_servers = False

    def start_servers(self, report):
        """Starts the private servers once; their addresses join the environment of everything that runs."""
        if self.servers:
            return True
        was_running = (self.top / ".servers" / "env").exists()
        done = subprocess.run(["./dev", "servers", "start"], cwd=self.top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            report.failed("servers", "start", done.stdout[-4000:])
            return False
        self._started_servers = not was_running
        for line in (self.top / ".servers" / "env").read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.servers[name] = value
            if name.startswith("DVT_TEST_"):
                self.environment[name] = value
        self.databases = Databases(self.servers)
        return True

    def scratch(self, name):
        """A fresh empty folder."""
        folder = pathlib.Path(self._scratch) / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return folder

    def run(self, command, cwd=None, environment=None, timeout=DEFAULT_TIMEOUT, errors_last=False):
        """Runs a program to its end. After `timeout` seconds it and its children are killed; the code is then 124. With `errors_last` the
        outcome's output is standard output alone if the program succeeds, and standard error behind it if not."""
        process = subprocess.Popen([str(c) for c in command], cwd=cwd or self.top, env={**self.environment, **(environment or {})},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE if errors_last else subprocess.STDOUT, start_new_session=True)
        try:
            output, errors = process.communicate(timeout=timeout)
            code = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
            code, output = 124, output + f"\n(killed after {timeout} s)".encode()
        if code != 0:
            output += errors or b""
        return Outcome(code, output.decode("utf-8", errors="replace"))

    def dvt(self, *arguments, cwd=None, environment=None, timeout=DEFAULT_TIMEOUT):
        return self.run([self.program, *arguments], cwd=cwd, environment=environment, timeout=timeout)

    def close(self):
        if self.databases:
            self.databases.close()
        if self.arguments.keep:
            print(f"kept: {self._scratch}")
            return
        shutil.rmtree(self._scratch, ignore_errors=True)
        if self._started_servers:
            subprocess.run(["./dev", "servers", "stop"], cwd=self.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
