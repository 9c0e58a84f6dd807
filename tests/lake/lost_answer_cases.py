"""Changes of a catalog whose answers are lost, or that are asked to wait: nothing is done twice, nothing that was done is told as failed."""
import email.utils
import json
import re
import time

import pyarrow

from cases import equal
from cloud_cases import double_over
from local_http import CUT
from project_cases import PROFILE, Project

ROWS = pyarrow.table({"id": pyarrow.array([1, 2], pyarrow.int64()), "name": ["a", "b"]})
VIEW = {"name": "v", "schema": {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}]}, "properties": {},
        "view-version": {"version-id": 1, "schema-id": 0, "timestamp-ms": 1, "summary": {}, "default-namespace": ["x"],
                         "representations": [{"type": "sql", "sql": "select 1 as id", "dialect": "spark"}]}}


class Place:
    """A namespace of a double with what a change needs."""

    def __init__(self, lake, double, number):
        self.lake, self.double, self.space = lake, double, f"lost_{double.http.port}_{number}"
        self.environment = {"DVT_LAKE_URI": double.uri, "DVT_LAKE_WAREHOUSE": double.catalog, "DVT_LAKE_CREDENTIAL": f"{double.client}:{double.secret}"}

    def dvt(self, *arguments, fails=None, **settings):
        given = {"retry.attempts": "3", "retry.first-wait-s": "0", "retry.jitter-s": "0", **settings}
        return self.lake.dvt(*arguments, *(text for name, value in given.items() for text in ("--property", f"{name}={value}")), environment=self.environment, fails=fails)

    def ask(self, method, path, body=None):
        status, _, content = self.double.behind.ask({"raw": path, "method": method, "headers": {"content-type": "application/json"}, "body": json.dumps(body) if body else ""}, None, "")
        return status, json.loads(content or b"null")

    def there(self):
        """The namespace's properties, tables and views."""
        status, found = self.ask("GET", f"namespaces/{self.space}")
        if status == 404:
            return None
        names = lambda kind: sorted(each["name"] for each in self.ask("GET", f"namespaces/{self.space}/{kind}")[1]["identifiers"])
        return {name: value for name, value in found["properties"].items() if name != "location"}, names("tables"), names("views")

    def uuid(self, table):
        return self.ask("GET", f"namespaces/{self.space}/tables/{table}")[1]["metadata"]["table-uuid"]

    def with_namespace(self):
        equal(self.ask("POST", "namespaces", {"namespace": [self.space], "properties": {"owner": "a"}})[0], 200)

    def with_table(self, name="t"):
        if self.there() is None:
            self.with_namespace()
        self.lake.dvt("table", "create", f"{self.space}.{name}", "--like", self.lake.write(ROWS))

    def with_view(self):
        self.with_namespace()
        equal(self.ask("POST", f"namespaces/{self.space}/views", VIEW)[0], 200)

    def with_file(self):
        """A metadata file that no table is made of."""
        self.with_table()
        self.file = self.ask("GET", f"namespaces/{self.space}/tables/t")[1]["metadata-location"]
        equal(self.ask("DELETE", f"namespaces/{self.space}/tables/t")[0], 204)


# Change: (what must be there, the verb, what is there afterwards, the request's method and the end of its path).
CHANGES = {
    "create a namespace": (lambda at: None, lambda at: ["namespace", "create", at.space, "--set", "owner=me"], ({"owner": "me"}, [], []), "POST", "/namespaces"),
    "set properties": (Place.with_namespace, lambda at: ["namespace", "set", at.space, "--set", "team=x", "--unset", "owner"], ({"team": "x"}, [], []), "POST", "/properties"),
    "drop a namespace": (Place.with_namespace, lambda at: ["namespace", "drop", at.space], None, "DELETE", ""),
    "create a table": (Place.with_namespace, lambda at: ["table", "create", f"{at.space}.t", "--like", at.lake.write(ROWS), "--partition-by", "bucket(4, id)", "--set", "a=b"],
                       ({"owner": "a"}, ["t"], []), "POST", "/tables"),
    "drop a table": (Place.with_table, lambda at: ["table", "drop", f"{at.space}.t"], ({"owner": "a"}, [], []), "DELETE", "/tables/t"),
    "rename a table": (Place.with_table, lambda at: ["table", "rename", f"{at.space}.t", f"{at.space}.u"], ({"owner": "a"}, ["u"], []), "POST", "/tables/rename"),
    "register a table": (Place.with_file, lambda at: ["table", "register", f"{at.space}.r", at.file], ({"owner": "a"}, ["r"], []), "POST", "/register"),
    "rename a view": (Place.with_view, lambda at: ["view", "rename", f"{at.space}.v", f"{at.space}.w"], ({"owner": "a"}, [], ["w"]), "POST", "/views/rename"),
    "drop a view": (Place.with_view, lambda at: ["view", "drop", f"{at.space}.v"], ({"owner": "a"}, [], []), "DELETE", "/views/v"),
}

# Fault: what happens to the first request: whether it is done, and the answer.
FAULTS = {
    "cut before": (False, CUT), "cut after": (True, CUT), "500 after": (True, 500), "502 before": (False, 502), "503 before": (False, 503), "503 after": (True, 503), "504 after": (True, 504),
}


def failing(double, method, end, done, answer, headers=None, times=1, first=lambda: None):
    """The next such requests are answered so; `asked` keeps all of them."""
    asked = []
    concerned = lambda call: call["method"] == method and call["path"].endswith(end)

    def keep(call):
        if concerned(call):
            asked.append(call)

    def fault(call):
        if not concerned(call):
            return None
        first()
        if done:
            double.route(call)
        return CUT if answer is CUT else (answer, headers or {}, {"error": {"message": "injected", "type": "ServiceFailureException", "code": answer}})

    double.faults = [keep, *[fault] * times]
    return asked


def answers_lost(lake):
    with double_over(lake) as double:
        for number, (fault, (done, answer)) in enumerate(FAULTS.items()):
            for turn, (change, (prepare, verb, afterwards, method, end)) in enumerate(CHANGES.items()):
                at = Place(lake, double, f"{number}_{turn}")
                prepare(at)
                asked = failing(double, method, end or "/" + at.space, done, answer)
                at.dvt(*verb(at))
                double.faults = []
                equal(at.there(), afterwards, f"{change}, {fault}")
                equal(len(asked), 1 if done else 2, f"{change}, {fault}: requests")
                equal([call["headers"].get("idempotency-key") for call in asked], [None] * len(asked))


def keys_of_changes(lake):
    """A catalog that knows keys is asked again with the same one, and does it once."""
    uuid7 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    with double_over(lake) as double:
        double.key_life = "PT30M"
        keys = set()
        for turn, (change, (prepare, verb, afterwards, method, end)) in enumerate(CHANGES.items()):
            at = Place(lake, double, f"keys_{turn}")
            prepare(at)
            asked = failing(double, method, end or "/" + at.space, True, [CUT, 504][turn % 2])
            at.dvt(*verb(at))
            double.faults = []
            equal(at.there(), afterwards, change)
            used = [call["headers"].get("idempotency-key", "") for call in asked]
            equal((len(used), len(set(used)), bool(uuid7.fullmatch(used[0]))), (2, 1, True), f"{change}: {used}")
            keys.update(used)
        equal(len(keys), len(CHANGES))
        # Commits have keys, too, and reads have none.
        at = Place(lake, double, "keys_rows")
        at.with_table()
        asked = failing(double, "POST", "/tables/t", True, CUT)
        double.requests.clear()
        at.dvt("append", f"{at.space}.t", lake.write(ROWS))
        equal((len(asked), len({call["headers"]["idempotency-key"] for call in asked}), lake.scan(f"{at.space}.t").num_rows), (2, 1, 2))
        equal([call["path"] for call in double.requests if call["method"] in ("GET", "HEAD") and "idempotency-key" in call["headers"]], [])


def asked_to_wait(lake):
    """Retry-After in both forms, and a catalog that is never ready."""
    with double_over(lake) as double:
        for number, (status, after) in enumerate([(429, "1"), (503, "1"), (429, "date"), (503, "date")]):
            at = Place(lake, double, f"wait_{number}")
            header = email.utils.formatdate(time.time() + 2, usegmt=True) if after == "date" else after
            asked = failing(double, "POST", "/namespaces", False, status, {"Retry-After": header})
            began = time.time()
            at.dvt("namespace", "create", at.space)
            equal((len(asked), time.time() - began > 0.9, at.there() is not None), (2, True, True), f"{status} {header}: {time.time() - began:.1f} s")
        for status, says in ((429, "the catalog answered 429"), (503, "the catalog answered 503"), (500, "the catalog answered 500")):
            at = Place(lake, double, f"never_{status}")
            asked = failing(double, "POST", "/namespaces", False, status, times=9)
            at.dvt("namespace", "create", at.space, fails=says)
            equal((len(asked), at.there()), (3, None))
        at = Place(lake, double, "never_cut")
        failing(double, "POST", "/namespaces", False, CUT, times=9)
        at.dvt("namespace", "create", at.space, fails="did not say whether the namespace")
        double.faults = []


def somebody_else(lake):
    """What another client did meanwhile is not taken for one's own, nor undone."""
    with double_over(lake) as double:
        # There before: a lost refusal stays a refusal.
        at = Place(lake, double, "before")
        at.with_table()
        for done in (True, False):
            failing(double, "POST", "/tables", done, CUT)
            at.dvt("table", "create", f"{at.space}.t", "--like", lake.write(ROWS), fails="exists already")
            failing(double, "POST", "/namespaces", done, CUT)
            at.dvt("namespace", "create", at.space, fails="exists already")
            failing(double, "DELETE", "/tables/none", done, CUT)
            at.dvt("table", "drop", f"{at.space}.none", fails="no such thing")
            failing(double, "DELETE", "/nowhere", done, CUT)
            at.dvt("namespace", "drop", "nowhere", fails="does not exist")
            failing(double, "POST", "/rename", done, CUT)
            at.dvt("table", "rename", f"{at.space}.none", f"{at.space}.t", fails="none")
        # Made by somebody else after the request was lost, with other columns.
        other = pyarrow.table({"other": [1.5]})
        failing(double, "POST", "/tables", False, CUT, first=lambda: lake.dvt("table", "create", f"{at.space}.n", "--like", lake.write(other)))
        at.dvt("table", "create", f"{at.space}.n", "--like", lake.write(ROWS), fails="exists already")
        # Dropped, and made again by somebody else: theirs stays.
        asked = failing(double, "DELETE", "/tables/t", True, CUT)
        original = double.route

        def dropped_and_made(call):
            answer = original(call)
            if call["method"] == "DELETE":
                double.route = original
                at.with_table()
            return answer

        double.route = dropped_and_made
        before = at.uuid("t")
        at.dvt("table", "drop", f"{at.space}.t")
        equal((len(asked), at.uuid("t") == before), (1, False))


def tables_with_rows(lake):
    """A model's table comes with its rows or not at all, and a failed run leaves no files; also where the catalog cannot prepare a table without making it."""
    for number, stages in enumerate((True, False)):
        with double_over(lake) as double:
            double.stages = stages
            project = Project(lake, f"rows_{number}")
            project.write("profiles.yml", PROFILE.format(uri=double.uri + '", warehouse: "' + double.catalog, space=project.space))
            project.environment["DVT_LAKE_CREDENTIAL"] = f"{double.client}:{double.secret}"
            folder = lake.context.top / ".servers-lake" / "data" / "warehouse" / project.space
            litter = lambda: [str(path) for path in folder.rglob("*") if path.suffix in (".avro", ".parquet")]
            tables = lambda: [name for _, name in lake.peer_catalog.list_tables(project.space)] if lake.peer_catalog.namespace_exists(project.space) else []
            # It fails when most rows are written already, by the query and by the catalog; also while the table is being made.
            for delays in ((0, 0), (4, 0), (0, 4)):
                # With a delay the first rows come at once, and about a second of work is before the one that fails.
                last, name = (40000, "list_sum(range(i % 7 + 4000)) || ''") if any(delays) else (900000, "'x' || i")
                project.write("models/t.sql", "{{ config(partition_by='bucket(2, id)') }}\nselect i as id, case when i = %d then error('stop here') else %s end as name from range(1000000) r(i)" % (last, name))
                double.slow = lambda call: delays if call["method"] == "POST" and call["path"].endswith("/tables") else (0, 0)
                project.dvt("run", fails="stop here|INTERRUPT")
                double.slow = lambda call: (0, 0)
                time.sleep(sum(delays))
                equal((tables(), litter()), ([], []), f"{stages}, {delays}")
            project.write("models/t.sql", "select 1 as id, 'a' as name union all select 2, 'b'")
            refuse = lambda call: (403, {}, {"error": {"message": "not yours", "type": "ForbiddenException", "code": 403}}) if call["method"] == "POST" and call["path"].endswith("/tables/t") else None
            double.faults = [refuse]
            project.dvt("run", fails="does not allow")
            equal((tables(), litter()), ([], []))
            for fault, (done, answer) in FAULTS.items():
                asked = failing(double, "POST", "/tables/t", done, answer)
                project.dvt("run")
                double.faults = []
                equal((project.rows("t"), project.snapshots("t"), len(asked)), ([(1, "a"), (2, "b")], ["append"], 1 if done else 2), f"{stages}, {fault}")
                lake.no_litter(f"{project.space}.t")
                lake.peer_catalog.purge_table(f"{project.space}.t")
            # Somebody else made a table of that name meanwhile.
            theirs = lambda: lake.dvt("append", f"{project.space}.t", lake.write(ROWS), "--create")
            if stages:
                failing(double, "POST", "/tables/t", False, CUT, first=theirs)
                project.dvt("run", fails="somebody else made")
                equal(project.rows("t"), [(1, "a"), (2, "b")])
                lake.no_litter(f"{project.space}.t")


# Upkeep: the verb (%s: the first snapshot), and what tells that it was done once.
UPKEEP = {
    "set": (["table", "set", "NAME", "--set", "a=b"], lambda table: table.properties.get("a"), "b"),
    "tag": (["ref", "set", "NAME", "old", "--tag", "--snapshot", "FIRST"], lambda table: table.metadata.refs["old"].snapshot_id == table.metadata.snapshots[0].snapshot_id, True),
    "drop a tag": (["ref", "drop", "NAME", "mark"], lambda table: sorted(table.metadata.refs), ["main"]),
    "roll back": (["rollback", "NAME", "--snapshot", "FIRST"], lambda table: table.current_snapshot().snapshot_id == table.metadata.snapshots[0].snapshot_id, True),
    "rename a column": (["column", "rename", "NAME", "name", "label"], lambda table: [field.name for field in table.schema().fields], ["id", "label"]),
    "partition": (["table", "layout", "NAME", "--partition-by", "bucket(2, id)", "--sort-by", "id"], lambda table: (len(table.spec().fields), len(table.sort_order().fields)), (1, 1)),
    "expire": (["expire", "NAME", "--older-than", "2100-01-01"], lambda table: len(table.metadata.snapshots), 1),
}


def upkeep(lake):
    with double_over(lake) as double:
        for number, (fault, (done, answer)) in enumerate(FAULTS.items()):
            for turn, (name, (verb, state, wanted)) in enumerate(UPKEEP.items()):
                at = Place(lake, double, f"upkeep_{number}_{turn}")
                at.with_table()
                table = f"{at.space}.t"
                for _ in range(2):
                    lake.append(table, ROWS)
                first = str(lake.peer(table).metadata.snapshots[0].snapshot_id)
                if name == "drop a tag":
                    lake.dvt("ref", "set", table, "mark", "--tag", "--snapshot", first)
                asked = failing(double, "POST", "/tables/t", done, answer)
                at.dvt(*({"NAME": table, "FIRST": first}.get(word, word) for word in verb))
                double.faults = []
                equal((state(lake.peer(table)), len(asked)), (wanted, 1 if done else 2), f"{name}, {fault}")


CASES = [("lost answers of upkeep", upkeep), ("a model's new table comes with its rows", tables_with_rows), ("lost answers of changes", answers_lost), ("changes carry keys", keys_of_changes), ("a catalog that asks to wait", asked_to_wait), ("lost answers and other clients", somebody_else)]
