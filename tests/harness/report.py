"""What the tests found: prints as it goes, keeps everything for the closing line and for build/test-results.json."""
import json
import sys
import threading
import traceback


class Report:
    """Thread-safe."""

    def __init__(self, path, match=""):
        self.path, self.match = path, match
        self.cases = []
        self.lock = threading.Lock()

    def wants(self, name):
        return self.match in name

    def begin(self, suite, about):
        self._say(f"── {suite}: {about}")

    def end(self, suite, seconds):
        mine = [c for c in self.cases if c["suite"] == suite]
        counts = {o: sum(1 for c in mine if c["outcome"] == o) for o in ("passed", "failed", "skipped")}
        text = ", ".join(f"{n} {o}" for o, n in counts.items() if n) or "nothing ran"
        self._say(f"   {suite} {text} ({seconds:.0f} s)")

    def passed(self, suite, name, note=""):
        self._add(suite, name, "passed", note)

    def failed(self, suite, name, detail, trace=False):
        if trace:
            detail += "\n" + traceback.format_exc()
        self._add(suite, name, "failed", detail)

    def skipped(self, suite, name, why):
        self._add(suite, name, "skipped", why)

    def close(self):
        """Prints failures again, the reasons of skips, and the closing line; returns the exit code."""
        failed = [c for c in self.cases if c["outcome"] == "failed"]
        skipped = [c for c in self.cases if c["outcome"] == "skipped"]
        for case in skipped:
            self._say(f"skipped: {case['suite']}: {case['name']}: {case['detail']}")
        if failed:
            self._say("failed:")
        for case in failed:
            self._say(f"  {case['suite']}: {case['name']}")
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.cases, indent=1))
        passed = len(self.cases) - len(failed) - len(skipped)
        line = f"{passed} passed, {len(failed)} failed"
        if skipped:
            line += f", {len(skipped)} skipped"
        self._say(line)
        return 1 if failed or not passed else 0

    def _add(self, suite, name, outcome, detail):
        with self.lock:
            self.cases.append({"suite": suite, "name": name, "outcome": outcome, "detail": detail})
        if outcome == "failed":
            indented = "\n".join("      " + line for line in detail.rstrip().split("\n"))
            self._say(f"   FAILED {name}\n{indented}")
        elif note_worthy(suite):
            self._say(f"   ok {name}" + (f" ({detail})" if detail else "") if outcome == "passed" else f"   -- {name}: {detail}")

    def _say(self, text):
        print(text, flush=True)
        sys.stdout.flush()


def note_worthy(suite):
    """Suites of few, long cases print each; the others only their sum."""
    return suite in ("build", "demo", "faults", "checks")
