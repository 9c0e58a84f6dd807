"""./dev bench [federation|direct|parquet|memory|moved|changes|sql|project|lake] [--rounds N] [--scale N] [--models N…]: dvt against the best known alternative, in alternating rounds on this machine.

federation   orders (1.5 M rows) in MariaDB, customer in PostgreSQL, two models into a second PostgreSQL; the other side is the
             hand-written script bench/peer_federation.py (or the one that DVT_BENCH_PEER names)
direct       orders PostgreSQL → PostgreSQL by a plain model; the other side is psql binary COPY piped into psql; then ten times the rows;
             orders MariaDB → PostgreSQL; the other sides are Sling, if its package can be installed into .bench, and mysql piped into psql
parquet      lineitem (6 M rows) PostgreSQL → one Parquet file (zstd); the other side is ConnectorX with pyarrow
memory       peak memory of these transfers at two scales of TPC-H, the larger (--scale, 10 without) ten times the smaller
moved        22 TPC-H queries over tables dealt at random over four databases: rows that move with columns and filters pushed alone, and with
             joins, aggregates and join filters; every result is compared with DuckDB's (DVT_BENCH_SCALE: 1 without)
changes      change detection on 10 M rows (DVT_BENCH_ROWS), PostgreSQL → PostgreSQL: seconds and memory
sql          the SQL frontend alone: statements parsed and translated a second, one thread; the other sides are installed into .bench
project      projects of 1,000 and 5,000 models read, listed and compiled, one built on PostgreSQL; beside it dbt-core, if `dbt` or the
             program that DVT_BENCH_DBT names is there (with dbt-postgres; it takes minutes); --models 1000 leaves out the larger one
lake         TPC-H lineitem appended to and read from Iceberg tables, beside PyIceberg (DVT_BENCH_SCALE: 1 without)
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP / "bench"), str(TOP / "tests")]

import changes  # noqa: E402
import direct  # noqa: E402
import federation  # noqa: E402
import lake  # noqa: E402
import memory  # noqa: E402
import moved  # noqa: E402
import parquet  # noqa: E402
import project  # noqa: E402
import sql_frontend  # noqa: E402
from harness.databases import Databases  # noqa: E402

BENCHES = {"federation": federation.run, "direct": direct.run, "parquet": parquet.run, "memory": memory.run, "moved": moved.run, "changes": changes.run, "sql": sql_frontend.run, "project": project.run, "lake": lake.run}
WITHOUT_SERVERS = {"sql", "lake"}


class Setting:
    """Where a benchmark finds things; `servers` is the status text that names the server processes."""

    def __init__(self, rounds, models, scale, keep, with_servers):
        self.top, self.rounds, self.models, self.scale, self.keep = TOP, rounds, models, scale, keep
        self.folder = TOP / ".bench"
        self.folder.mkdir(exist_ok=True)
        self.program = TOP / "build" / "release" / "dvt"
        if with_servers:
            self.start_servers()

    def start_servers(self):
        subprocess.run(["./dev", "servers", "start"], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
        self.servers = subprocess.run(["./dev", "servers", "status"], cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout
        values = {}
        for line in (TOP / ".servers" / "env").read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            values[name] = value
        self.databases = Databases(values)
        self.values = values
        self.environment = {"BENCH_PG_PORT": values["postgres_port"], "BENCH_PGT_PORT": values["postgres_target_port"],
                            "BENCH_MY_PORT": values["mariadb_port"], "DBT_ENV_SECRET_PASSWORD": values["password"], "NO_COLOR": "1",
                            "BENCH_PG_DATABASE": "postgres", "BENCH_MY_SCHEMA": "dvt", "BENCH_FILES": str(self.folder / "files")}
        (self.folder / "files").mkdir(exist_ok=True)

    def dvt(self, project, *arguments):
        folder = self.top / "bench" / project
        return [self.program, *arguments, "--project-dir", folder, "--profiles-dir", folder.parent, "--target-path",
                self.folder / f"target-{project}"]

    def peer_python(self, packages):
        """The Python of .bench/peers with the packages in it, or None."""
        folder = self.folder / "peers"
        python = folder / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], capture_output=True, text=True)
        return python if done.returncode == 0 else None


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benches", nargs="*", help="which; all without")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", type=int, nargs="+", choices=sorted(project.GOALS), default=sorted(project.GOALS),
                        help="sizes of the projects of the bench 'project'")
    parser.add_argument("--scale", default="10", help="the larger scale of TPC-H in the bench 'memory'; the smaller one is a tenth of it")
    parser.add_argument("--keep", action="store_true", help="leave the servers running with their data")
    arguments = parser.parse_args()
    unknown = [b for b in arguments.benches if b not in BENCHES]
    if unknown:
        sys.exit(f"no bench {unknown[0]}; there are: {', '.join(BENCHES)}")
    was_running = (TOP / ".servers" / "env").exists()
    wanted = arguments.benches or list(BENCHES)
    setting = Setting(arguments.rounds, arguments.models, arguments.scale, arguments.keep, not WITHOUT_SERVERS.issuperset(wanted))
    load = os.getloadavg()[0]
    if load > 1:
        print(f"note: the machine is busy (load {load:.1f}); CPU seconds are the better figure\n")
    results = {}
    try:
        for name in wanted:
            results[name] = BENCHES[name](setting)
    finally:
        if not was_running and not arguments.keep and not WITHOUT_SERVERS.issuperset(wanted):
            subprocess.run(["./dev", "servers", "stop"], cwd=TOP, stdout=subprocess.DEVNULL)
    (setting.folder / "results.json").write_text(json.dumps(results, indent=1))
    return 0 if all(goal["met"] for bench in results.values() for goal in bench["goals"]) else 1


if __name__ == "__main__":
    sys.exit(main())
