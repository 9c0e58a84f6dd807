"""Which faults meet which models in which phases (tests/faults/matrix.toml), and what was counted."""
import collections
import dataclasses
import hashlib
import json
import tomllib

FINAL = ("kill -9 of dvt", "disk full", "another run")  # nothing that dvt could mend by itself
STATEMENTS = "each statement"
TOGETHER = "whole run"
FAULT_OFFSETS = {"reset": 0, "answer lost": 1, "kill -9 of dvt": 2}  # where each begins among the statements


@dataclasses.dataclass(frozen=True)
class Cell:
    group: str   # as the table names it
    target: str  # of fault_targets.py or file_targets.py
    phase: str
    fault: str
    sites: tuple  # (model, server that is hurt), taken in turn

    @property
    def name(self):
        return f"{self.fault} in {self.phase}, {self.group}"

    @property
    def transient(self):
        return self.fault not in FINAL

    def site(self, turn):
        return self.sites[turn % len(self.sites)]


def cells(file):
    found = []
    for group in tomllib.loads(file.read_text())["group"]:
        for phase, sites in group["sites"].items():
            for fault in group["faults"]:
                instead = group.get("instead", {}).get(fault, {}).get(phase, sites)
                found.append(Cell(group["name"], group["target"], phase, fault, tuple(tuple(site) for site in instead)))
    return found


def models_of(some, first_alone):
    """Of each target the models that these cells run there, or the first of each cell, in order."""
    found = collections.defaultdict(dict)
    for cell in some:
        for model, _ in cell.sites[:1] if first_alone else cell.sites:
            if model == "lines_pushed":
                found[cell.target]["order_lines"] = None
            found[cell.target][model] = None
    return {target: list(models) for target, models in found.items()}


class Counts:
    """Of each cell what was counted with this program and so many repeats, in a file: a matrix that ended early goes on where it was."""

    def __init__(self, file, program, repeats):
        self.file = file
        self.about = {"program": hashlib.sha256(program.read_bytes()).hexdigest(), "repeats": repeats}
        kept = json.loads(file.read_text()) if file.exists() else {}
        self.cells = kept.get("cells", {}) if kept.get("about") == self.about else {}

    def find(self, cell):
        return collections.Counter(self.cells[cell.name]) if cell.name in self.cells else None

    def keep(self, cell, tally):
        self.cells[cell.name] = dict(tally)
        self.file.write_text(json.dumps({"about": self.about, "cells": self.cells}, indent=1))


def table(tallies):
    """The counts as Markdown."""
    lines = ["| target | phase | fault | runs | noticed | succeeded by itself | failed, old rows kept or new ones there | wrong targets | litter after the next run |",
             "|---|---|---|--:|--:|--:|--:|--:|--:|"]
    for cell, tally in sorted(tallies.items(), key=lambda each: [known.group for known in tallies].index(each[0].group)):
        lines.append(f"| {cell.group} | {cell.phase} | {cell.fault} | {tally['runs']} | {tally['noticed']} | {tally['succeeded']} | "
                     f"{tally['runs'] - tally['succeeded'] - tally['wrong']} | {tally['wrong']} | {tally['litter']} |")
    return "\n".join(lines)


def summary(tallies, only=None):
    """Of all runs, and of those with a fault that passes; of one group, if it is named."""
    total = collections.Counter()
    for cell, tally in tallies.items():
        if only not in (None, cell.group):
            continue
        total.update({f"all {k}": v for k, v in tally.items()})
        if cell.transient:
            total.update({f"transient {k}": v for k, v in tally.items()})
    return total


def share(total):
    return 100 * total["transient succeeded"] / max(1, total["transient runs"])


def words(total):
    said = (f"{total['all runs']} runs, {total['all wrong']} wrong targets, {total['all litter']} relations left after the next run; of "
            f"{total['transient runs']} transient faults {total['transient succeeded']} ({share(total):.1f} %) were mended without help")
    if total["all ill"]:
        said += f"; {total['all ill']} more runs do not count, as a server or proxy of the test itself was ill"
    return said
