"""Bounded waiting on a machine that is busy with other work: what stood still, as a suspended process does, uses up no patience."""
import time


class TooLong(Exception):
    """What was waited for did not come."""


class Patience:
    """Counts the time of a loop, at most `step` seconds a round. `what` is said when it is used up."""

    def __init__(self, what, seconds, step=1.0):
        self.what, self.seconds, self.step = what, seconds, step
        self.used, self.last = 0.0, time.monotonic()

    def left(self):
        now = time.monotonic()
        self.used += min(now - self.last, self.step)
        self.last = now
        return self.used < self.seconds

    def pause(self, seconds=0.1, why=""):
        """Waits a moment; raises TooLong if that was all."""
        if not self.left():
            raise TooLong(f"{self.what}: not within {self.seconds} s{f' ({why})' if why else ''}")
        time.sleep(seconds)


def end_of(process, seconds):
    """The exit code of a process, or None if it runs on after that time."""
    patience = Patience("the end of a process", seconds)
    while process.poll() is None:
        if not patience.left():
            return None
        time.sleep(0.02)
    return process.returncode
