"""The Python package's wheel, built from the archive of the lake in a build folder of the program."""
import pathlib
import sys


def build_wheel(run, top, preset, folder):
    """(the wheel's file, or None; which step failed; what it told). `run` takes a command, cwd and timeout and gives an outcome with `code` and `output`."""
    build = top / "build" / preset
    archive = run(["./dev", "build", preset, "dvt_lake_archive"], cwd=top, timeout=1800)
    if archive.code != 0:
        return None, "the archive of the lake", archive.output
    outcome = run([sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-w", folder,
                   "-C", f"cmake.define.DVT_BUILD={build}", "-C", f"build-dir={build / 'python'}", top / "python"], cwd=top, timeout=1200)
    wheels = sorted(pathlib.Path(folder).glob("dvt-*.whl"))
    return (wheels[0] if outcome.code == 0 and wheels else None), "the wheel is built", outcome.output
