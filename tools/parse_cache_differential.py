#!/usr/bin/env python3
"""Random edits of a project, each parsed with the findings of the run before and without: both manifests must be the same.

usage: tools/parse_cache_differential.py PROJECT [--program build/dev/dvt] [--edits 60] [--seed 1]

PROJECT is copied. Edits are of models, property files, macros, the project file, variables, environment variables and targets; files
come, go and are renamed; some edits break the project (both runs must then say the same) and some change nothing.
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

VOLATILE = ("generated_at", "invocation_id", "invocation_started_at")


class Editor:
    def __init__(self, folder, pick):
        self.folder, self.pick, self.count = folder, pick, 0
        self.variables, self.environment, self.undo = {}, {}, None

    def files(self, *endings):
        return sorted(p for p in self.folder.rglob("*") if p.suffix in endings and "target" not in p.parts and p.is_file())

    def change(self, path, text):
        before = path.read_text() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return lambda: path.write_text(before) if before is not None else path.unlink()

    def edit(self):
        self.count += 1
        name, undo = self.pick.choice([
            self.touch_model, self.touch_model, self.add_model, self.remove_model, self.rename_model, self.comment_yaml, self.break_yaml,
            self.touch_macro, self.touch_project, self.set_variable, self.set_environment, self.read_environment, self.break_model,
            self.same_size, self.nothing])()
        return name, undo

    def models(self):
        return [p for p in self.files(".sql") if "models" in p.parts]

    def touch_model(self):
        path = self.pick.choice(self.models())
        self.change(path, path.read_text() + f"\n-- {{{{ config(tags=['e{self.count}']) }}}}\n")
        return f"tag {path.name}", None

    def add_model(self):
        other = self.pick.choice(self.models()).stem
        self.change(self.folder / "models" / f"made_{self.count}.sql", f"select * from {{{{ ref('{other}') }}}}\n")
        return f"new model on {other}", None

    def remove_model(self):
        path = self.pick.choice(self.models())
        undo = self.change(path, path.read_text())
        path.unlink()
        return f"without {path.name}", undo

    def rename_model(self):
        path = self.pick.choice(self.models())
        to = path.with_name(f"renamed_{self.count}.sql")
        path.rename(to)
        return f"{path.name} is {to.name}", lambda: to.rename(path)

    def comment_yaml(self):
        path = self.pick.choice(self.files(".yml"))
        self.change(path, "# moved down\n" + path.read_text())
        return f"comment in {path.name}", None

    def break_yaml(self):
        path = self.pick.choice(self.files(".yml"))
        return f"broken {path.name}", self.change(path, path.read_text() + "\n  - [ {\n")

    def break_model(self):
        path = self.pick.choice(self.models())
        return f"broken {path.name}", self.change(path, path.read_text() + "{% if %}")

    def touch_macro(self):
        self.change(self.folder / "macros" / "edited.sql", "{% macro edited() %}" + str(self.count) + "{% endmacro %}\n")
        return "macro", None

    def touch_project(self):
        path = self.folder / "dbt_project.yml"
        kept = [line for line in path.read_text().splitlines() if not line.startswith("vars:")]
        self.change(path, "\n".join([*kept, f"vars: {{ edit: {self.count} }}"]) + "\n")
        return "project file", None

    def set_variable(self):
        self.variables = {"edit": self.pick.randint(1, 3)} if self.pick.random() < 0.7 else {}
        return f"--vars {self.variables}", None

    def set_environment(self):
        self.environment = {"DVT_EDIT": self.pick.choice(["a", "b"])} if self.pick.random() < 0.7 else {}
        return f"environment {self.environment}", None

    def read_environment(self):
        path = self.pick.choice(self.models())
        self.change(path, path.read_text() + "\n{% set x = var('edit', 1) %}{% if x %}{{ config(meta={'v': x, 'e': env_var('DVT_EDIT', 'none')}) }}{% endif %}\n")
        return f"{path.name} reads the environment", None

    def same_size(self):
        path = self.pick.choice(self.models())
        stat = path.stat()
        undo = self.change(path, path.read_text().replace("select", "SELECT"))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        return f"{path.name} with its old time", undo

    def nothing(self):
        return "nothing", None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, default=pathlib.Path("build/dev/dvt"))
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = options.program.absolute()

    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "project"
        shutil.copytree(options.project, folder, ignore=shutil.ignore_patterns("target"))
        editor = Editor(folder, random.Random(options.seed))

        def parse(target, *more):
            environment = {k: v for k, v in os.environ.items() if k != "DVT_EDIT"} | editor.environment | {"NO_COLOR": "1"}
            command = [program, "parse", "--profiles-dir", folder, "--target-path", target, "--vars", json.dumps(editor.variables), *more]
            ran = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True)
            lines = [line.split("  ", 1)[-1] for line in (ran.stdout + ran.stderr).splitlines() if "; wrote " not in line]
            manifest = None
            if ran.returncode == 0:
                manifest = json.loads((folder / target / "manifest.json").read_text())
                manifest["metadata"] = {k: v for k, v in manifest["metadata"].items() if k not in VOLATILE}
            return ran.returncode, lines, manifest

        if (folder / "packages.yml").exists():
            subprocess.run([program, "deps"], cwd=folder, check=True, capture_output=True)
        parse("target")
        wrong = broken = 0
        for _ in range(options.edits):
            name, undo = editor.edit()
            with_cache, without = parse("target"), parse("target_cold", "--no-partial-parse")
            again = parse("target")
            broken += without[0] != 0
            if with_cache != without or again != without:
                wrong += 1
                print("different after:", name)
                for ours, theirs in ((with_cache, without), (again, without)):
                    if ours[:2] != theirs[:2]:
                        print("  said:", ours[:2], "\n  cold:", theirs[:2])
                    elif ours != theirs:
                        print("  manifests differ in:", [k for k in theirs[2] if ours[2].get(k) != theirs[2][k]])
            if without[0] != 0:
                if undo:
                    undo()
                else:  # an edit that left the project broken is taken back as a whole
                    shutil.rmtree(folder)
                    shutil.copytree(options.project, folder, ignore=shutil.ignore_patterns("target"))
                    if (folder / "packages.yml").exists():
                        subprocess.run([program, "deps"], cwd=folder, check=True, capture_output=True)
                    editor.variables = {}
    print(f"{options.edits} edits ({broken} broke the project), {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
