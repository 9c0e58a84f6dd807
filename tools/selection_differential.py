#!/usr/bin/env python3
"""Random selections listed by dvt and by dbt-core over one project, compared line by line.

usage: tools/selection_differential.py PROJECT --dbt-python PYTHON [--program build/dev/dvt] [--count 300] [--seed 1]

PROJECT is copied to a temporary folder, its packages are installed by dbt. PYTHON is an interpreter that has dbt-core and the
project's adapter. Exit code 1 if a selection differs.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

# Runs in the other interpreter: argument lists in, listings out, one parsed manifest for all.
PEER = r"""
import contextlib, io, json, sys
from dbt.cli.main import dbtRunner
sink = io.StringIO()
with contextlib.redirect_stdout(sink):
    manifest = dbtRunner().invoke(["parse", "--quiet"])
if not manifest.success:
    sys.exit(str(manifest.exception))
for line in sys.stdin:
    arguments = json.loads(line)
    with contextlib.redirect_stdout(sink):
        listed = dbtRunner(manifest=manifest.result).invoke(["ls", "--quiet"] + arguments)
    print(json.dumps({"lines": listed.result if listed.success else None, "error": str(listed.exception)}), flush=True)
"""

VALUES = """
tag:nightly tag:n* tag:raw tag:core tag:pii tag:expo tag:sq tag:fin tag:met tag:t1 tag:none
config.materialized:view config.materialized:incremental config.meta.owner:bob config.meta.flag:true config.meta.tiers:gold
config.meta.level:3 config.severity:warn config.tags:core config.schema:other config.enabled:true config.group:finance
path:models path:models/staging path:models/marts/*.sql path:models/**/core path:seeds path:models/marts/m.yml models/marts
file:orders.sql file:orders file:src.yml orders.sql colors.csv file:*.csv
package:this package:util package:ut* fqn:shop.marts shop.marts.* marts.core shop.*.orders *.core.* * shop util
orders items customers dim dim.v1 dim_v2 dim.v* stg_orders *stg_o* joined uses_dim orders_daily colors orders_snap dash revenue sq1
source:raw source:raw.orders source:shop.raw.* source:* source:crm.people source:*.o*
exposure:* exposure:dash exposure:shop.notebook metric:* metric:revenue metric:rev* semantic_model:* semantic_model:cust_sem
saved_query:* saved_query:shop.sq1 resource_type:model resource_type:test resource_type:source resource_type:seed
resource_type:metric resource_type:exposure test_type:generic test_type:singular test_type:data test_name:unique test_name:rel*
group:finance group:mark* access:public access:private access:protected version:latest version:old version:prerelease version:none
unit_test:* test_type:unit selector:simple selector:nested selector:un selector:ind nothing_of_that_name
""".split()
TYPES = ["model", "test", "source", "seed", "snapshot", "exposure", "metric", "semantic_model", "saved_query", "analysis", "all"]


def criterion(pick):
    text = pick.choice(VALUES)
    kind = pick.random()
    if kind < 0.15:
        return "@" + text
    before = pick.choice(["", "", "", "+", "1+", "2+"])
    after = pick.choice(["", "", "", "+", "+1", "+2"])
    return before + text + after


def selection(pick):
    def group():
        return ",".join(criterion(pick) for _ in range(pick.choice([1, 1, 1, 2, 2, 3])))

    arguments = []
    if pick.random() < 0.06:
        arguments += ["--selector", pick.choice(["simple", "kv", "full", "cp", "un", "inter", "nested", "excl", "inh2", "ind2"])]
    elif pick.random() < 0.93:
        arguments += ["--select", " ".join(group() for _ in range(pick.choice([1, 1, 2, 3])))]
    if pick.random() < 0.35:
        arguments += ["--exclude", " ".join(group() for _ in range(pick.choice([1, 1, 2])))]
    if pick.random() < 0.5:
        arguments += ["--indirect-selection", pick.choice(["eager", "cautious", "buildable", "empty"])]
    if pick.random() < 0.15:
        arguments += ["--resource-type", pick.choice(TYPES)]
    if pick.random() < 0.1:
        arguments += ["--exclude-resource-type", pick.choice(TYPES[:-1])]
    if pick.random() < 0.15:
        arguments += ["--output", pick.choice(["name", "path", "selector"])]
    return arguments


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--dbt-python", required=True)
    parser.add_argument("--program", type=pathlib.Path, default=pathlib.Path("build/dev/dvt"))
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--given", type=pathlib.Path, help="JSON lines of argument lists instead of random ones")
    options = parser.parse_args()
    pick = random.Random(options.seed)
    asked = [selection(pick) for _ in range(options.count)]
    if options.given:
        asked = [json.loads(line) for line in options.given.read_text().splitlines()]
    environment = {**os.environ, "DBT_PROFILES_DIR": ".", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "project"
        shutil.copytree(options.project, project)
        dbt = pathlib.Path(options.dbt_python).parent / "dbt"
        subprocess.run([dbt, "deps", "--quiet"], cwd=project, env=environment, check=True)
        peer = subprocess.run([options.dbt_python, "-c", PEER], cwd=project, env=environment, text=True, check=True,
                              input="".join(json.dumps(each) + "\n" for each in asked), stdout=subprocess.PIPE)
        theirs = [json.loads(line) for line in peer.stdout.splitlines()]
        different = 0
        for arguments, their in zip(asked, theirs):
            ours = subprocess.run([options.program.absolute(), "ls", "--quiet", *arguments], cwd=project, env=environment, text=True,
                                  capture_output=True)
            lines = ours.stdout.splitlines() if ours.returncode == 0 else None
            wanted = their["lines"]
            if (lines is None) == (wanted is None) and sorted(lines or []) == sorted(wanted or []):
                continue
            different += 1
            print("different:", json.dumps(arguments))
            if lines is None or wanted is None:
                print("   dvt:", ours.stderr.strip() or f"{len(lines)} lines")
                print("   dbt:", their["error"] if wanted is None else f"{len(wanted)} lines")
            else:
                print("   only dvt:", " ".join(sorted(set(lines) - set(wanted))))
                print("   only dbt:", " ".join(sorted(set(wanted) - set(lines))))
    print(f"{len(asked)} selections, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
