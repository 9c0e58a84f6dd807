"""A large project, read, listed, compiled and built: what a run costs before the first query, and around all of them."""
import os
import pathlib
import shutil

from measure import measure, print_table, verdict
from project_files import write_project

PROFILE = """bench:
  target: dev
  outputs:
    dev:
      type: postgres
      host: 127.0.0.1
      port: {postgres_port}
      user: dvt
      password: {password}
      dbname: bench_project
      schema: public
      threads: 4
"""
# models → wall seconds, and peak megabytes where a goal is set
GOALS = {1000: {"parse": (0.3, 60), "ls": (0.15, None), "compile": (0.5, None)},
         5000: {"parse": (1.0, 200), "ls": (0.4, None), "compile": (2.0, None)}}
VERSION_GOAL = 0.020
BUILD_GOAL = 1 / 6  # of dbt's wall seconds


def run(setting):
    peer = os.environ.get("DVT_BENCH_DBT") or shutil.which("dbt")
    print("project: wall seconds, best of", setting.rounds, "| beside it one run of dbt-core", peer or "(not installed: set DVT_BENCH_DBT)", "\n")
    rows, goals = [], []
    setting.databases.fresh("bench_project")
    version = best(setting, [setting.program, "--version"])
    goals.append({"goal": f"--version in {VERSION_GOAL * 1000:.0f} ms", "value": version.wall, "met": version.wall <= VERSION_GOAL})
    rows.append(["--version", f"{version.wall:.3f}", f"{version.cpu:.3f}", f"{version.peak_mb:.0f}", "", verdict(version.wall, VERSION_GOAL)])
    for models in setting.models:
        wanted = GOALS[models]
        folder = setting.folder / f"project_{models}"
        shutil.rmtree(folder, ignore_errors=True)
        statements = write_project(folder, models, PROFILE.format(**setting.values))
        for command, (seconds, megabytes) in wanted.items():
            cold = command == "parse"
            options = ["--no-partial-parse"] if cold else []
            ours = best(setting, [setting.program, command, *options, *project_options(folder)])
            theirs = peer_seconds(peer, [command, *options, *project_options(folder)])
            met = ours.wall <= seconds and (megabytes is None or ours.peak_mb <= megabytes)
            name = f"{command}, {models} models"
            goals.append({"goal": f"{name} in {seconds} s", "value": ours.wall, "peak_mb": ours.peak_mb, "met": met})
            rows.append([name, f"{ours.wall:.2f}", f"{ours.cpu:.2f}", f"{ours.peak_mb:.0f}", theirs and f"{theirs:.1f}",
                         ("met" if met else "MISSED") + f" (≤ {seconds} s{f', {megabytes} MB' if megabytes else ''})"])
        if models == min(GOALS):
            rows.append(build(setting, peer, folder, statements, goals))
    print_table(["", "dvt s", "CPU s", "peak MB", "dbt s", "goal"], [[cell or "" for cell in row] for row in rows])
    return {"rows": rows, "goals": goals}


def project_options(folder):
    return ["--project-dir", folder, "--profiles-dir", folder]


def best(setting, command):
    """The quickest of the rounds; the first one, which may fill caches, is not counted."""
    measure(command)
    return min((measure(command) for _ in range(setting.rounds)), key=lambda m: m.wall)


def peer_seconds(peer, arguments):
    if not peer:
        return None
    return measure([pathlib.Path(peer), *arguments], {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}).wall


def build(setting, peer, folder, statements, goals):
    def fresh():
        setting.databases.fresh("bench_project")
        connection = setting.databases.postgres("bench_project")
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    def once():
        fresh()
        return measure([setting.program, "build", *project_options(folder)])

    ours = min((once() for _ in range(setting.rounds)), key=lambda m: m.wall)
    theirs = None
    if peer:
        fresh()
        theirs = peer_seconds(peer, ["build", *project_options(folder)])
        goals.append({"goal": "build in a sixth of dbt's time", "value": ours.wall / theirs, "met": ours.wall <= theirs * BUILD_GOAL})
    return ["build, 1000 models", f"{ours.wall:.1f}", f"{ours.cpu:.1f}", f"{ours.peak_mb:.0f}", theirs and f"{theirs:.1f}",
            verdict(ours.wall, theirs * BUILD_GOAL) + f" ({theirs / ours.wall:.1f} times)" if theirs else ""]
