"""Runs programs and measures them: wall seconds, CPU seconds of the program with its children, CPU seconds that the servers spent
meanwhile, peak resident memory (GNU time, so that this script's own memory does not count)."""
import dataclasses
import os
import pathlib
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Measured:
    wall: float
    cpu: float
    server_cpu: float
    peak_mb: float
    output: str


def server_cpu_seconds(servers):
    """CPU seconds of the private servers so far: each server process, its live children and those it has reaped."""
    mains = [int(line.split("process ")[1]) for line in servers.splitlines() if "process " in line]
    total = 0
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(entry.name) in mains:
            total += sum(int(f) for f in fields[11:15])
        elif int(fields[1]) in mains:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def measure(command, environment=None, cwd=None, servers=""):
    with tempfile.NamedTemporaryFile() as record:
        before = server_cpu_seconds(servers)
        started = time.perf_counter()
        done = subprocess.run(["/usr/bin/time", "-o", record.name, "-f", "%U %S %M", *map(str, command)], cwd=cwd,
                              env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wall = time.perf_counter() - started
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))[:200]} ended with {done.returncode}:\n{done.stdout[-4000:]}")
        user, system, peak = pathlib.Path(record.name).read_text().split()[-3:]
        return Measured(wall, float(user) + float(system), server_cpu_seconds(servers) - before, int(peak) / 1024, done.stdout)


def verdict(value, goal):
    return "met" if value <= goal else "MISSED"


def print_table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  " + "  ".join(str(v).ljust(w) if i == 0 else str(v).rjust(w) for i, (v, w) in enumerate(zip(row, widths))))
    print(flush=True)
