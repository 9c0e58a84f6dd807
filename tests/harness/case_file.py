"""The language of `case.dvtt`: one case of tests/projects, a list of steps run in order on a copy of the project.

A step is a directive line, then its text, then `----`, then what is expected, then an empty line. `#` starts a comment line.

  require postgres mysql            skip the case unless these servers run (the program itself is always there)
  env NAME=value                    for all later steps; $PG_PORT and the like may be used in the value
  write PATH                        the text becomes this file of the copied project
  sql postgres|postgres_target|mysql|sqlite FILE|duckdb FILE
                                    statements, each ended by `;` at a line's end, run by a driver that is not ours
  run ARGUMENTS                     dvt with these arguments must exit 0
  error CODE ARGUMENTS              dvt must exit with CODE (1 or 2), and no password may be in its output
                                    expected, for both: lines that occur in the output in this order; `…` stands for anything
  wrap COMMAND                      later run and error steps run through this command (nothing: directly); skips if it cannot work
  refuse                            expected: lines of which none may occur in the output of the run before
  query DATABASE [sort]             as sql; expected: the rows of the last statement, `|` between columns, NULL as NULL
  artifact PATH JSON_PATH [sort]    expected: the values at a path such as results[*].status, one a line
  shell COMMAND                     must exit 0, in the copied project; for cases that break files on purpose
"""
import json
import re

DIRECTIVES = {"require", "env", "write", "sql", "run", "error", "refuse", "query", "artifact", "shell",
              "wrap"}


class Step:
    def __init__(self, directive, arguments, line):
        self.directive, self.arguments, self.line = directive, arguments, line
        self.text = []        # lines between the directive and ----
        self.expected = None  # lines after ----; None without ----
        self.expected_at = None  # (first, end) line indices in the file, for --complete


def parse(text, path):
    steps, current, lines = [], None, text.split("\n")
    for index, line in enumerate(lines):
        if current is None:
            if not line.strip() or line.startswith("#"):
                continue
            directive, _, arguments = line.strip().partition(" ")
            if directive not in DIRECTIVES:
                raise ValueError(f"{path}:{index + 1}: unknown directive {directive}")
            current = Step(directive, arguments.strip(), index + 1)
            steps.append(current)
        elif not line.strip() and not (current.directive == "write" and current.expected is None):
            close(current, index)
            current = None
        elif line == "----":
            current.expected, current.expected_at = [], (index + 1, index + 1)
            if current.directive == "write":
                current = None  # the end mark of a file's text, which may have empty lines
        elif current.expected is None:
            current.text.append(line)
        else:
            current.expected.append(line)
    if current is not None:
        close(current, len(lines))
    return steps


def close(step, index):
    if step.expected_at:
        step.expected_at = (step.expected_at[0], index)


def missing_lines(expected, output):
    """The first expected line that does not occur in order, or None. `…` matches anything within a line."""
    at = 0
    lines = output.split("\n")
    for wanted in expected:
        pattern = re.compile(".*?".join(re.escape(part) for part in wanted.strip().split("…")))
        while at < len(lines) and not pattern.search(lines[at]):
            at += 1
        if at == len(lines):
            return wanted
    return None


def json_values(document, path):
    """The values at a path of names, [n] and [*], each as text; strings bare, the rest as JSON."""
    values = [document]
    for name, index in re.findall(r"([^.\[\]]+)|\[(\*|-?\d+)\]", path):
        following = []
        for value in values:
            if index == "*":
                following += value.values() if isinstance(value, dict) else value
            elif index:
                following.append(value[int(index)])
            elif isinstance(value, dict) and name in value:
                following.append(value[name])
            else:
                following.append(None)
        values = following
    return [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
