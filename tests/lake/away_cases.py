"""Cases of the suite `lake`: a catalog that cannot be reached, one that asks to wait, and users who do not want to."""
import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pyarrow

from cases import equal
from cloud_cases import double_over
from local_http import CUT
from lost_answer_cases import ROWS, Place, failing
from project_cases import PROFILE, SOURCES, Project


class Door:
    """A port that leads to a double. `shut` refuses new connections; those that there are stay."""

    def __init__(self, double):
        self.double, self.port = double, 0
        self.open()
        self.uri = double.uri.replace(f":{double.http.port}/", f":{self.port}/")

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.let_in, args=(self.listener,), daemon=True).start()

    def let_in(self, listener):
        while True:
            try:
                here, _ = listener.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self.double.http.port))
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def pass_on(one, other):
        try:
            while content := one.recv(1 << 16):
                other.sendall(content)
        except OSError:
            pass
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # the other thread waits for it, too
            each.close()

    def shut(self, seconds=None):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if seconds:
            threading.Timer(seconds, self.open).start()


class Behind(Place):
    """A place whose catalog is reached through a door."""

    def __init__(self, lake, double, number):
        super().__init__(lake, double, number)
        self.door = Door(double)
        self.environment["DVT_LAKE_URI"] = self.door.uri

    def shut_after(self, method, end, seconds=None):
        """The door is shut while such a request is answered."""
        def shut(call):
            if call["method"] in (method, "HEAD") and call["path"].endswith(end):
                self.double.faults = []
                self.door.shut(seconds)

        self.double.faults = [shut]


def nobody_there(lake):
    """What was never sent was not done: no error says that it may have been."""
    closed = socket.create_server(("127.0.0.1", 0))
    uri = f"http://127.0.0.1:{closed.getsockname()[1]}"
    closed.close()
    for words in (["namespace", "list"], ["namespace", "create", "x"], ["table", "drop", "x.t"], ["append", "x.t", lake.write(ROWS)]):
        began = time.time()
        output = lake.dvt(*words, environment={"DVT_LAKE_URI": uri}, fails="the catalog cannot be reached")
        equal(("did not say" in output, output.count("attempt 2 in"), output.count("attempt 3 in"), time.time() - began < 8), (False, 1, 1, True), output)
    with double_over(lake) as double:
        at = Behind(lake, double, "gone")
        at.with_table()
        lake.append(f"{at.space}.t", ROWS)
        # Shut while it is looked what is there: the change itself is refused.
        for verb, method, end in ((["namespace", "create", at.space + "x"], "GET", at.space + "x"), (["table", "drop", f"{at.space}.t"], "GET", "/tables/t"),
                                  (["ref", "set", f"{at.space}.t", "x", "--tag"], "GET", "/tables/t")):
            at.shut_after(method, end)
            output = at.dvt(*verb, fails="the catalog cannot be reached")
            equal("did not say" in output, False, output)
            at.door.open()
        equal((at.there()[1], sorted(lake.peer(f"{at.space}.t").metadata.refs)), (["t"], ["main"]))
        # A commit waits for a catalog that starts anew, and fails cleanly if that takes too long.
        at.shut_after("GET", "/tables/t", seconds=2)
        at.dvt("append", f"{at.space}.t", lake.write(ROWS))
        equal((lake.scan(f"{at.space}.t").num_rows, len(lake.peer(f"{at.space}.t").metadata.snapshots)), (4, 2))
        lake.dvt("table", "set", f"{at.space}.t", "--set", "commit.retry.num-retries=2")
        at.shut_after("GET", "/tables/t")
        output = at.dvt("append", f"{at.space}.t", lake.write(ROWS), fails="the catalog cannot be reached")
        equal("did not say" in output, False, output)
        at.door.open()
        lake.nothing_written(f"{at.space}.t", 2)
        # After a lost answer nobody is there to look, or to be asked with the same key: that is not known.
        for life in (None, "PT30M"):
            double.key_life = life
            name = f"{at.space}_{life}".lower()
            failing(double, "POST", "/namespaces", True, CUT, first=at.door.shut)
            at.dvt("namespace", "create", name, fails=f"did not say whether the namespace {name} was changed")
            at.door.open()
        double.faults = []


def unreachable_in_a_project(lake):
    """A run gives up within seconds, tells of each attempt, and obeys the settings of retries."""
    closed = socket.create_server(("127.0.0.1", 0))
    uri = f"http://127.0.0.1:{closed.getsockname()[1]}"
    closed.close()
    project = Project(lake, "away")
    project.write("models/sources.yml", SOURCES % (project.space, "public"))
    project.write("models/reads.sql", "{{ config(target='duck') }} select * from {{ source('lake', 'customers') }}")
    project.write("models/writes.sql", "select 1 as id")
    profile = PROFILE.format(uri=uri, space=project.space)
    # How often a source is asked again and the model is built again; how often a load begins again; seconds.
    settings = {"by default": ("", "", {"reads": (2, 2, 0), "writes": (0, 0, 2)}, 12), "of the connection": ("transfer: {retries: 0}, ", "", {"reads": (0, 2, 0), "writes": (0, 0, 0)}, 8),
                "of the project": ("transfer: {retries: 0}, ", "transfer: {retries: 1, retry_base: 0.1}\n", {"reads": (1, 1, 0), "writes": (0, 0, 1)}, 4)}
    for name, (own, of_project, expected, seconds) in settings.items():
        project.write("profiles.yml", profile.replace("{type: iceberg, ", "{type: iceberg, " + own))
        project.write("dbt_project.yml", "name: shop\nprofile: shop\nversion: '1'\n" + of_project)
        for model, told in expected.items():
            began = time.time()
            output = project.dvt("run", "--select", model, fails="the catalog cannot be reached")
            took = time.time() - began
            equal((*(output.count(text) for text in ("; attempt ", "building it again, attempt ", "starting the transfer again, attempt ")), took < seconds), (*told, True), f"{model}, {name}: {took:.1f} s\n{output}")


def store_down_in_a_project(lake):
    """A store that nobody answers for, of a catalog that does: named, asked again by the same settings, and given up within seconds."""
    closed = socket.create_server(("127.0.0.1", 0))
    endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    closed.close()
    name, took = lake.fresh("store_down"), {}
    lake.append(name, pyarrow.table({"id": [1]}), "--create")
    with double_over(lake) as double:
        at = Behind(lake, double, "store")
        space = name.partition(".")[0]
        answer = at.ask("GET", f"namespaces/{space}/tables/store_down")[1]
        answer["metadata"]["location"] = "s3://far/t"
        answer["metadata"]["snapshots"][-1]["manifest-list"] = "s3://far/t/metadata/snap-1.avro"
        double.behind, double.tables["t"] = None, answer
        project = Project(lake, "store_down")
        settings = {"type": "iceberg", "uri": double.uri, "warehouse": double.catalog, "credential": f"{double.client}:{double.secret}", "schema": "db",
                    "properties": {"s3.endpoint": endpoint, "s3.access-key-id": "k", "s3.secret-access-key": "s"}}
        project.write("models/sources.yml", "version: 2\nsources: [{name: lake, connection: lake, schema: db, tables: [{name: t}]}]\n")
        project.write("models/reads.sql", "{{ config(target='duck') }} select * from {{ source('lake', 't') }}")
        project.write("models/t.sql", "{{ config(materialized='incremental', incremental_strategy='append') }} select 2 as id")
        outputs = {"duck": {"type": "duckdb", "path": "shop.duckdb", "schema": "main"}}
        for label, retries, told, seconds in (("by default", {}, True, {"reads": 12, "t": 12}), ("not asked again", {"transfer": {"retries": 0}}, False, {"reads": 12, "t": 5})):
            project.write("profiles.yml", json.dumps({"shop": {"target": "lake", "outputs": {"lake": {**settings, **retries}, **outputs}}}))
            for model, most in seconds.items():
                began = time.time()
                output = project.dvt("run", "--select", model, fails=f"cannot be reached at {endpoint}")
                took[f"{model} {label}"] = time.time() - began
                equal(("s3://far/t" in output, took[f"{model} {label}"] < most), (True, True), f"{model}, {label}: {took}\n{output}")
    return ", ".join(f"{what}: {seconds:.1f} s" for what, seconds in took.items())


def stores_down(lake):
    """Stores that refuse to be called, or take the call and are silent: given up alike, in the time that their settings say, and named."""
    closed = socket.create_server(("127.0.0.1", 0))
    refuses = f"127.0.0.1:{closed.getsockname()[1]}"
    closed.close()
    metadata = json.loads((pathlib.Path(__file__).parent / "metadata_v2.json").read_text())
    quick, took = ["retry.attempts=2", "retry.first-wait-s=1", "retry.jitter-s=0"], []
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        silent = f"127.0.0.1:{listener.getsockname()[1]}"
        for host, says, seconds in ((refuses, "cannot be reached at", (1, 15)), (silent, "does not answer at", (3, 15))):
            for place, settings in (("s3://b/t", [f"s3.endpoint=http://{host}", "s3.access-key-id=k", "s3.secret-access-key=s", "s3.request-timeout=1"]),
                                    ("gs://b/t", [f"gcs.service.host=http://{host}", "gcs.no-auth=true", "gcs.connect-timeout=1"]),
                                    ("abfss://c@acc.dfs.core.windows.net/t", [f"adls.blob-storage-authority={host}", "adls.blob-storage-scheme=http", "adls.account-key=a2V5", "adls.connect-timeout=1"])):
                for snapshot in metadata["snapshots"]:
                    snapshot["manifest-list"] = f"{place}/metadata/snap-1.avro"
                path = lake.scratch / "down.metadata.json"
                path.write_text(json.dumps(metadata))
                began = time.time()
                output = lake.dvt("scan", path, *[word for each in [*quick, *settings] for word in ("--property", each)], fails=f"the store of {place}/metadata/snap-1.avro {says} http://{host}")
                took.append(time.time() - began)
                equal((seconds[0] <= took[-1] <= seconds[1], "see whether the store is up" in output, output.count("\n")), (True, True, 2), f"{place}: {took[-1]:.1f} s\n{output}")
    return ", ".join(f"{each:.1f} s" for each in took)


def interrupted(lake, arguments, environment, asked):
    """Starts the program, and once `asked` holds something interrupts it. Its output and how long it took to end."""
    process = subprocess.Popen([str(lake.context.program), "lake", *map(str, arguments)], env={**lake.context.environment, **lake.environment, **environment},
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    until = time.time() + 20
    while not asked and process.poll() is None and time.time() < until:
        time.sleep(0.02)
    time.sleep(0.3)
    began = time.time()
    process.send_signal(signal.SIGINT)
    try:
        output, _ = process.communicate(timeout=15)
    finally:
        process.kill()
    return output, time.time() - began, process.returncode


def stopped_while_waiting(lake):
    """Ctrl-C ends a wait that the catalog asked for, and leaves nothing half done."""
    with double_over(lake) as double:
        at = Place(lake, double, "stop")
        at.with_table()
        lake.append(f"{at.space}.t", ROWS)
        new = f"{at.space}_new"
        tries = {"reading": ("GET", "/namespaces", ["namespace", "list"]), "a change": ("POST", "/namespaces", ["namespace", "create", new]), "a commit": ("POST", "/tables/t", ["append", f"{at.space}.t", lake.write(ROWS)]),
                 "a token": ("POST", "/oauth/tokens", ["namespace", "list"])}
        for name, (method, end, words) in tries.items():
            for status in (429, 503):
                asked = failing(double, method, end, False, status, {"Retry-After": "25"}, times=9)
                output, seconds, code = interrupted(lake, words, at.environment, asked)
                if name == "a commit" and status == 429:  # after a 503 it is not known whether it was done, and the files stay
                    lake.nothing_written(f"{at.space}.t", 1)
                double.faults = []
                equal((seconds < 5, code != 0, "cancelled" in output.lower() or "did not say" in output, len(asked)), (True, True, True, 1), f"{name}, {status}: {seconds:.1f} s, exit {code}\n{output}")
        equal(at.ask("GET", f"namespaces/{new}")[0], 404)
        equal(len(lake.peer(f"{at.space}.t").metadata.snapshots), 1)


def slowly(end, delays, asked):
    """For a double's `slow`: changes at such an end wait before they are done and before they are answered; `asked` keeps them."""

    def slow(call):
        if call["method"] != "POST" or not call["path"].endswith(end):
            return 0, 0
        asked.append(call)
        return delays

    return slow


def stopped_under_way(lake):
    """Ctrl-C while a change is asked for: its outcome is learnt if the catalog tells it soon, and else no file is removed that a commit may yet name."""
    with double_over(lake) as double:
        told = []
        for number, delays in enumerate(((1.5, 0), (0, 1.5), (8, 0), (0, 8))):
            for verb in (["append"], ["overwrite"], ["upsert", "--key", "id"])[: 3 if delays[0] == 1.5 else 1]:
                at = Place(lake, double, f"under_way_{number}_{verb[0]}")
                at.with_table()
                table = f"{at.space}.t"
                lake.append(table, ROWS)
                asked = []
                double.slow = slowly("/tables/t", delays, asked)
                output, seconds, code = interrupted(lake, [verb[0], table, lake.write(ROWS), *verb[1:]], at.environment, asked)
                double.slow = lambda call: (0, 0)
                time.sleep(max(0, sum(delays) + 0.5 - seconds))
                label = f"{verb[0]} {delays}: {seconds:.1f} s, exit {code}\n{output}"
                rows = lake.peer(table).scan().to_arrow().num_rows
                equal((seconds < 7, len(asked), rows, lake.peer(table).metadata.snapshots != []), (True, 1, (2 if verb == ["append"] else 1) * len(ROWS), True), label)
                # What was done is known if the catalog said so in time, or shows it.
                equal((code == 0, "did not say" in output), (True, False) if delays[0] < 5 else (False, True), label)
                if code == 0:
                    lake.no_litter(table)
                told.append(f"{verb[0]} {seconds:.1f}")
    return "s, ".join(told)


CASES = [("stopped while a change is under way", stopped_under_way), ("a catalog that cannot be reached", nobody_there), ("an unreachable catalog in a project", unreachable_in_a_project), ("an unreachable store in a project", store_down_in_a_project), ("stopped while a catalog asks to wait", stopped_while_waiting), ("stores that refuse or are silent", stores_down)]
