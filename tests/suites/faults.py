"""Kills, interrupts and cut connections while a federated model loads: the target holds the old rows or the new ones, whole; the
next run succeeds without help and leaves no litter; a cut partition is retried alone and the rows are exact."""
import collections
import json
import os
import random
import signal
import subprocess
import time

from harness import fault_cells, fault_matrix
from harness.cut_once import CutOnce
from harness.fault_bench import Bench, fill, fill_guards
from harness.fault_targets import STORE_CUTS
from harness.fault_trial import SERVERS
from harness.toxiproxy import Toxiproxy
from harness.watermark_kills import watermark_kills

NAME, ABOUT, NEEDS = "faults", "kill -9, Ctrl-C and cut connections during loads", ["release", "servers"]
ORDERS, CUSTOMERS = 400_000, 200_000
KILLS, LATE_KILLS, INTERRUPTS = 24, 6, 4
MATRIX_ORDERS, MATRIX_CUSTOMERS = 100_000, 60_000
EVERY = 29    # of the cells without --repeats: two of so many
ILL_AT_MOST = 6
MATRIX_MARK = "<!-- ./dev test faults --repeats"


def run(report, context):
    if context.arguments.repeats == 0:
        whole_loads(report, context)
        watermark_kills(report, context)
    matrix(report, context, context.arguments.repeats)


def matrix(report, context, repeats):
    """Each phase × each fault of each target; without --repeats one run of each phase and some of the faults, with it all cells and docs/faults.md."""
    known = fault_cells.cells(context.top / "tests" / "faults" / "matrix.toml")
    cells = known if repeats else [c for i, c in enumerate(known) if i % EVERY in (0, 5) or c.fault in STORE_CUTS or c.phase == fault_cells.TOGETHER]
    cells = [cell for cell in cells if report.wants(cell.name)]
    if not cells:
        return
    tallies = dict.fromkeys(cells)
    if repeats:
        counts = fault_cells.Counts(context.top / "build" / "fault-counts.json", context.program, repeats)
        tallies = {cell: counts.find(cell) for cell in cells}
    try:
        run_cells(report, context, tallies, repeats, counts.keep if repeats else lambda *_: None)
    finally:
        if repeats:
            counted = {cell: tally for cell, tally in tallies.items() if tally is not None}
            write_table(report, context, counted, repeats, len(counted) == len(known))


def run_cells(report, context, tallies, repeats, keep):
    """Counts the cells that have no tally yet."""
    cells = [cell for cell, tally in tallies.items() if tally is None]
    if not cells:
        return
    context.databases.fresh("faults")
    fill(context, MATRIX_ORDERS, MATRIX_CUSTOMERS)
    fill_guards(context)
    runs, ill = fault_matrix.Matrix(context, MATRIX_ORDERS, fault_cells.models_of(cells, repeats == 0)), 0
    try:
        runs.prepare()
        for cell in cells:
            tally = collections.Counter(runs=0, noticed=0, succeeded=0, wrong=0, litter=0, ill=0)
            for turn in turns_of(runs, cell, repeats):
                counted = one_fault(report, runs, cell, turn, tally) or one_fault(report, runs, cell, turn, tally)
                ill = 0 if counted else ill + 1
            if ill >= ILL_AT_MOST:
                report.failed("faults", "matrix", f"given up: {ill} runs on end could not be counted, as servers or proxies of the test were ill")
                break
            tallies[cell] = tally
            keep(cell, tally)
    finally:
        runs.close()
    context.databases.drop("faults")


def turns_of(runs, cell, repeats):
    """Statements are as many as a run has; the more repeats, the more of them are hurt: all of them from 15 on."""
    if cell.phase == fault_cells.STATEMENTS:
        return runs.statement_turns(cell, 15 // repeats or 1) if repeats else [k * len(cell.sites) for k in (8, 14, 20)]
    if cell.phase == fault_cells.TOGETHER and repeats:
        return range(repeats * len(cell.sites))
    return range(max(1, repeats))


def one_fault(report, runs, cell, turn, tally):
    """False if the run cannot be counted."""
    model, server = cell.site(turn)
    name = f"{cell.name} {turn + 1}: {model}" + (f", {SERVERS[server]}" if server else "")
    try:
        verdict = runs.run(cell, turn)
    except Exception as ill:  # a matrix of many runs does not end with one of them
        print(f"       not counted: {name}: {ill!r}", flush=True)
        if not isinstance(ill, fault_matrix.Ill):
            report.failed("faults", f"{name} (the harness)", repr(ill), trace=True)
        tally["ill"] += 1
        heal(runs)
        return False
    tally.update(runs=1, noticed=verdict.noticed, succeeded=verdict.succeeded, wrong=bool(verdict.wrong), litter=len(verdict.litter))
    problem = verdict.wrong or (f"litter after the next run: {verdict.litter}" if verdict.litter else "")
    if not problem and cell.transient and not verdict.succeeded:
        problem = "it did not succeed by itself"
    if problem:
        report.failed("faults", name, f"{problem}\n{verdict.output[-2500:]}")
    else:
        report.passed("faults", name, f"{verdict.seconds:.1f} s" + (", noticed" if verdict.noticed else ""))
    return True


def heal(runs):
    try:
        runs.heal()
    except fault_matrix.ILL as error:
        print(f"       the servers stay ill: {error}", flush=True)


def write_table(report, context, tallies, repeats, whole):
    said = []
    for group in dict.fromkeys(cell.group for cell in tallies):
        total = fault_cells.summary(tallies, group)
        words = fault_cells.words(total)
        said.append(f"- {group}: {words}.")
        right = total["all wrong"] == 0 and (total["transient runs"] == 0 or fault_cells.share(total) >= 95)
        (report.passed if right else report.failed)("faults", f"matrix, {group}", words)
    table = fault_cells.table(tallies)
    words = f"{fault_cells.words(fault_cells.summary(tallies))}.\n\n" + "\n".join(said)
    print(table + "\n\n" + words, flush=True)
    page = context.top / "docs" / "faults.md"
    if whole and page.exists():
        before = page.read_text()
        head = before[:before.index(MATRIX_MARK)]
        page.write_text(f"{head}{MATRIX_MARK} {repeats} writes what follows -->\n\n{words}\n\n{table}\n")


def whole_loads(report, context):
    context.databases.fresh("faults")
    fill(context, ORDERS, CUSTOMERS)
    bench = Bench(context)
    first = bench.load(1)
    if first.code != 0:
        report.failed("faults", "undisturbed load", first.output[-4000:])
        return
    seconds = sorted(bench.load(1).seconds for _ in range(3))[1]  # warm: kills are spread over it
    report.passed("faults", "undisturbed load", f"{seconds:.1f} s")
    dice = random.Random(20260101)
    disturb(report, bench, "kill -9", signal.SIGKILL, KILLS, dice, seconds)
    late_kills(report, bench, dice)
    disturb(report, bench, "Ctrl-C", signal.SIGINT, INTERRUPTS, dice, seconds)
    cuts(report, context, bench)
    all_cut(report, context, bench)
    one_partition(report, context, bench)
    context.databases.drop("faults")


def disturb(report, bench, what, number, count, dice, seconds):
    generation = 1
    bench.load(generation)
    for attempt in range(1, count + 1):
        name = f"{what} {attempt} of {count}"
        if not report.wants(name):
            continue
        moment = seconds * 1.02 * (attempt - dice.random()) / count  # one in each part of the whole duration
        old, generation = generation, generation + 1
        process = bench.start(generation)
        time.sleep(moment)
        finished = process.poll() is not None
        os.killpg(process.pid, number) if not finished else None
        try:
            output, _ = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            report.failed("faults", name, "still running 20 s after the signal")
            continue
        bench.settle()
        rows, low, high = bench.state()
        problem = judge(bench, rows, low, high, old, generation)
        if not problem and number == signal.SIGINT and not finished and process.returncode == 0 and high == old:
            problem = "exit code 0 although it was interrupted"
        if not problem and bench.source_queries():
            problem = "a query is still running on the source"
        if problem:
            report.failed("faults", name, f"at {moment:.2f} s: {problem}\n{output.decode(errors='replace')[-2000:]}")
        else:
            report.passed("faults", name, f"at {moment:.2f} s: {'finished' if finished else 'new rows' if high == generation else 'old rows'}")
        generation += 1
        bench.load(generation)


def late_kills(report, bench, dice):
    """Kills as soon as the target shows the new rows: what follows the swap must not matter to them."""
    name = f"kill -9 after the swap, {LATE_KILLS} times"
    if not report.wants(name):
        return
    generation, alive, problem = 500, 0, None
    bench.load(generation)
    for _ in range(LATE_KILLS):
        old, generation = generation, generation + 1
        process = bench.start(generation)
        with bench.target() as cursor:
            while process.poll() is None and newest(cursor) != generation:
                time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.01))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        alive += process.returncode == -signal.SIGKILL
        bench.settle()
        problem = problem or judge(bench, *bench.state(), generation, generation)
        if problem:
            report.failed("faults", name, f"{problem}\n{output.decode(errors='replace')[-2000:]}")
            return
        generation += 1
    if alive:
        report.passed("faults", name, f"{alive} of {LATE_KILLS} were killed, the others had ended: new rows")
    else:
        report.failed("faults", name, "every run had ended before it was killed")


def newest(cursor):
    cursor.execute("select generation from public.order_lines limit 1")
    row = cursor.fetchone()
    return row and row[0]


def judge(bench, rows, low, high, old, new):
    """What is wrong after a disturbed load and the run that follows, or None."""
    if rows != ORDERS or low != high or low not in (old, new):
        return f"target has {rows} rows of generations {low}–{high}; expected {ORDERS} of {old} or of {new}"
    following = bench.load(new + 1)
    if following.code != 0:
        return f"the next run failed:\n{following.output[-2000:]}"
    if bench.state() != (ORDERS, new + 1, new + 1):
        return f"after the next run the target has {bench.state()}"
    litter = [r for r in bench.relations() if r not in ("order_lines", "customer_copy")]
    if litter:
        return f"litter after the next run: {litter}"
    return None


def cuts(report, context, bench):
    toxiproxy = Toxiproxy(context.servers["DVT_TEST_TOXIPROXY"])
    scenarios = [
        # name, model, which server, toxic, its attributes, seconds until it is taken away (None: stays)
        ("MariaDB cut after 1 MB", "order_lines", "MY_PORT", "limit_data", {"bytes": 1_000_000}, 1.2),
        ("PostgreSQL cut after 300 kB", "order_lines", "PG_PORT", "limit_data", {"bytes": 300_000}, 1.2),
        ("PostgreSQL cut after 300 kB, direct", "customer_copy", "PG_PORT", "limit_data", {"bytes": 300_000}, 1.2),
        ("MariaDB reset after 0.2 s", "order_lines", "MY_PORT", "reset_peer", {"timeout": 200}, 1.2),
        ("PostgreSQL down for a second", "customer_copy", "PG_PORT", "down", {}, 1.0),
        ("MariaDB with 40 ms latency", "order_lines", "MY_PORT", "latency", {"latency": 40}, None),
    ]
    generation = 1000
    for name, model, server, toxic, attributes, seconds in scenarios:
        if not report.wants(name):
            continue
        for patience in (1, 3, 9):  # on a busy machine reading may begin only when the disturbance is over
            generation += 1
            with toxiproxy.proxy(f"127.0.0.1:{bench.environment[server]}") as proxy:
                proxy.disturb(toxic, attributes, seconds and seconds * patience)
                outcome = bench.load(generation, model, {server: str(proxy.port)})
            retries = count_retries(bench)
            if toxic != "limit_data" or retries or outcome.code != 0:
                break
        expected = (ORDERS if model == "order_lines" else CUSTOMERS, generation, generation)
        if outcome.code != 0:
            report.failed("faults", name, outcome.output[-3000:])
        elif bench.state(model) != expected:
            report.failed("faults", name, f"target has {bench.state(model)}, expected {expected}")
        elif toxic == "limit_data" and not retries:
            report.failed("faults", name, "no retry was reported: the cut did not happen or is not told")
        else:
            report.passed("faults", name, f"{retries} retries, {outcome.seconds:.1f} s")


def all_cut(report, context, bench):
    """Every connection to one server is cut in mid-load, and the server is away for a second. What a source's moment held is then lost,
    so everything is read again at another; what the target has got of the load is taken back. Meanwhile the old rows stay."""
    toxiproxy = Toxiproxy(context.servers["DVT_TEST_TOXIPROXY"])
    again = "starting the transfer again"
    scenarios = [
        # name, model, which server, the direction that is slowed down until the cut, what must be told
        ("all MariaDB connections cut", "order_lines", "MY_PORT", "downstream", again),
        ("all PostgreSQL connections cut", "order_lines", "PG_PORT", "downstream", again),
        ("all PostgreSQL connections cut, direct", "customer_copy", "PG_PORT", "downstream", again),
        ("all target connections cut", "order_lines", "PGT_PORT", "upstream", again),
        ("all target connections cut, direct", "customer_copy", "PGT_PORT", "upstream", "again, attempt"),
    ]
    generation = 3000
    for name, model, server, stream, told in scenarios:
        if not report.wants(name):
            continue
        old, generation = generation + 1, generation + 2
        before = bench.load(old, model)
        with toxiproxy.proxy(f"127.0.0.1:{bench.environment[server]}") as proxy:
            proxy.add("bandwidth", {"rate": 1500}, stream)
            started = time.perf_counter()
            process = bench.start(generation, model, {server: str(proxy.port)})
            while process.poll() is None and not any("__dvt_tmp_" in r for r in bench.relations()):
                time.sleep(0.02)
            time.sleep(0.8)
            finished = process.poll() is not None
            proxy.down()
            time.sleep(1.0)
            meanwhile = bench.state(model)
            proxy.renew()
            try:
                output = process.communicate(timeout=120)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                output = process.communicate()[0].decode(errors="replace") + "\n(killed after 120 s)"
        rows = ORDERS if model == "order_lines" else CUSTOMERS
        litter = [r for r in bench.relations() if r not in ("order_lines", "customer_copy")]
        if before.code != 0 or finished or process.returncode != 0:
            report.failed("faults", name, f"ended before the cut: {finished}, exit {process.returncode}\n{before.output[-1000:]}\n{output[-3000:]}")
        elif meanwhile != (rows, old, old):
            report.failed("faults", name, f"during the cut the target had {meanwhile}, not its old rows")
        elif bench.state(model) != (rows, generation, generation):
            report.failed("faults", name, f"target has {bench.state(model)}, expected {rows} of generation {generation}")
        elif told not in output:
            report.failed("faults", name, f"not told: {told}\n{output[-2000:]}")
        elif litter:
            report.failed("faults", name, f"litter: {litter}")
        else:
            report.passed("faults", name, f"{time.perf_counter() - started:.1f} s")


def one_partition(report, context, bench):
    """One connection of several is cut once: one retry is told, and the server counts no second reading of the other partitions."""
    name = "one of MariaDB's partitions cut, the others not read again"
    if not report.wants(name):
        return
    connection = context.databases.mysql("faults")
    with connection.cursor() as cursor:
        cursor.execute("set global userstat = 1")
        before = rows_read(cursor)
        with CutOnce(bench.environment["MY_PORT"], 1_000_000) as proxy:
            outcome = bench.load(2000, "order_lines", {"MY_PORT": str(proxy.port)})
            cuts_made = proxy.cuts
        read = rows_read(cursor) - before
        cursor.execute("set global userstat = 0")
    connection.close()
    told = [t for t in transfers(bench) if t["role"] == "extract" and t["connection"] == "shop"] if outcome.code == 0 else []
    partitions = sum(t["partitions"] for t in told)
    most = ORDERS + ORDERS // max(1, partitions) + 1000
    problem = None
    if outcome.code != 0:
        problem = outcome.output[-3000:]
    elif bench.state() != (ORDERS, 2000, 2000):
        problem = f"target has {bench.state()}"
    elif not cuts_made or partitions < 2 or [t["retries"] for t in told] != [1] or [t["rows"] for t in told] != [ORDERS]:
        problem = f"{cuts_made} connections passed the limit; expected one retry among at least two partitions, told is {told}"
    elif not ORDERS < read <= most:
        problem = f"the server read {read} rows; expected more than {ORDERS} and at most {most}: one partition twice"
    if problem:
        report.failed("faults", name, problem)
    else:
        report.passed("faults", name, f"{partitions} partitions, 1 retry, {read} rows read for {ORDERS}")


def rows_read(cursor):
    cursor.execute("select coalesce(sum(rows_read), 0) from information_schema.table_statistics "
                   "where table_schema = 'faults' and table_name = 'orders'")
    return int(cursor.fetchone()[0])


def transfers(bench):
    """What run_results.json tells of the transfers of all models."""
    results = json.loads((bench.artifacts / "run_results.json").read_text())["results"]
    return [t for result in results for t in result["adapter_response"].get("dvt_transfers", [])]


def count_retries(bench):
    return sum(t["retries"] for t in transfers(bench))
