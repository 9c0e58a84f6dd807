"""What `dvt lake` sends to an OpenTelemetry collector."""
import json

import pyarrow

from cases import equal
from cloud_cases import double_over
from local_http import LocalHttp


class Collector:
    def __init__(self):
        self.bodies = {}
        self.http = LocalHttp(self.answer)
        self.address = self.http.address

    def answer(self, call):
        self.bodies.setdefault(call["raw"], []).append(call["body"])
        return 200, {}, b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def spans(self):
        return [span for body in self.bodies.get("/v1/traces", []) for resource in json.loads(body)["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]


def telemetry(lake):
    """A verb's spans have arrived when the program ends, in one trace each, and hold no secret."""
    name = lake.fresh("telemetry")
    with Collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
        rows = lake.write(pyarrow.table({"id": [1, 2, 3]}))
        lake.dvt("append", name, rows, "--create", environment=environment)
        lake.dvt("scan", name, "--where", "id > 1", environment=environment)
        lake.dvt("scan", name, environment={**environment, "DVT_LAKE_CREDENTIAL": "dvt:wrong-secret-9"}, fails="refused the credentials")
        lake.dvt("scan", name, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    spans = collector.spans()
    told = {span["name"]: {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]} for span in spans if span["status"]["code"] == 0}
    for wanted, key, value in (("iceberg.append", "iceberg.num_rows", "3"), ("iceberg.scan", "iceberg.num_rows", "2"), ("iceberg.load_table", "iceberg.table", name),
                               ("polaris.authenticate", "oauth2.scope", "PRINCIPAL_ROLE:ALL"), ("iceberg.create_table", "iceberg.table", name)):
        if told.get(wanted, {}).get(key) != value:
            raise AssertionError(f"{wanted}: {key} is {told.get(wanted)}, not {value}")
    if not any(span["name"] == "polaris.authenticate" and span["status"]["code"] == 2 for span in spans):
        raise AssertionError("the refusal is not told")
    everything = b"".join(body for bodies in collector.bodies.values() for body in bodies)
    for secret in ("wrong-secret-9", lake.credential.partition(":")[2]):
        if secret.encode() in everything:
            raise AssertionError("a secret was sent")


def upkeep_spans(lake):
    """Verbs of upkeep have spans, and what the catalog is asked carries the asking span's name and its trace."""
    name = lake.fresh("upkeep_spans")
    with Collector() as collector, double_over(lake) as double:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "DVT_LAKE_URI": double.uri, "DVT_LAKE_WAREHOUSE": double.catalog,
                       "DVT_LAKE_CREDENTIAL": f"{double.client}:{double.secret}"}
        for number in range(3):
            lake.dvt("append", name, lake.write(pyarrow.table({"id": [number]})), "--create")
        first = str(lake.peer(name).metadata.snapshots[0].snapshot_id)
        for verb in (["rewrite-manifests", name], ["compact", name], ["ref", "set", name, "old", "--tag", "--snapshot", first], ["ref", "drop", name, "old"], ["table", "set", name, "--set", "a=b"],
                     ["orphans", name, "--dry-run"], ["rollback", name, "--snapshot", first], ["expire", name, "--older-than", "2100-01-01"]):
            lake.dvt(*verb, environment=environment)
        lake.dvt("rollback", name, "--snapshot", "7", environment=environment, fails="not in the history")
    spans = {span["spanId"]: span for span in collector.spans()}
    attributes = lambda span: {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}
    done = {span["name"]: attributes(span) for span in spans.values() if span["status"]["code"] == 0}
    for wanted, key, value in (("iceberg.compact", "iceberg.num_rows", "3"), ("iceberg.rewrite_manifests", "iceberg.manifests_replaced", "3"), ("iceberg.set_ref", "iceberg.ref", "old"), ("iceberg.remove_ref", "iceberg.ref", "old"), ("iceberg.set_properties", "iceberg.table", name),
                               ("iceberg.remove_orphans", "iceberg.dry_run", True), ("iceberg.rollback", "iceberg.snapshot_id", first), ("iceberg.expire_snapshots", "iceberg.snapshots_removed", "4")):
        equal(done.get(wanted, {}).get(key), value, f"{wanted}: {done.get(wanted)}")
    equal([span["name"] for span in spans.values() if span["status"]["code"] == 2 and span["name"].startswith("iceberg")], ["iceberg.rollback"])
    asked = [call for call in double.requests if call["path"].startswith("/api/catalog/")]
    for call in asked:
        version, trace, parent, flags = call["headers"].get("traceparent", "---").split("-")
        equal((version, flags, spans.get(parent, {}).get("traceId")), ("00", "01", trace), f"{call['method']} {call['path']}")
    commits = [spans[call["headers"]["traceparent"].split("-")[2]] for call in asked if call["method"] == "POST" and "/tables/" in call["path"]]
    equal({span["name"] for span in commits}, {"iceberg.commit"})
    equal({spans[span["parentSpanId"]]["name"] for span in commits}, {"iceberg.rewrite_manifests", "iceberg.compact", "iceberg.set_ref", "iceberg.remove_ref", "iceberg.set_properties", "iceberg.rollback", "iceberg.expire_snapshots"})


def retries(lake):
    """What is tried again is an event of the operation that waits for it, and a line of log: conflicts of commits, requests that fail."""
    name = lake.table("told_retries", pyarrow.schema([("id", pyarrow.int64())]), {"commit.retry.min-wait-ms": "10"})
    rows = lake.write(pyarrow.table({"id": [1]}))
    with Collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
        for what, verb in (("commit&status=409", ["append", name, rows]), ("commit&status=409", ["table", "set", name, "--set", "a=b"]), ("load&status=503", ["scan", name])):
            lake.fault(f"what={what}&count=2")
            lake.dvt(*verb, "--property", "retry.first-wait-s=0", "--property", "retry.jitter-s=0", environment=environment)
    plain = lambda attributes: {each["key"]: next(iter(each["value"].values())) for each in attributes}
    told = {span["name"]: [plain(event["attributes"]) for event in span["events"] if event["name"] == "iceberg.retry"] for span in collector.spans() if span.get("events")}
    equal(sorted(told), ["iceberg.append", "iceberg.load_table", "iceberg.set_properties"])
    for where, operation, code, vendor in (("iceberg.append", "iceberg.commit", "deadlock", "409"), ("iceberg.set_properties", "iceberg.commit", "deadlock", "409"), ("iceberg.load_table", "iceberg.load_table", "throttled", "503")):
        equal([(event["iceberg.operation"], event["iceberg.table"], event["error.type"], event["error.vendor_code"][:3], event["attempt"]) for event in told[where]],
              [(operation, name, code, vendor, "2"), (operation, name, code, vendor, "3")])
    lines = [record["body"]["stringValue"] for body in collector.bodies.get("/v1/logs", []) for resource in json.loads(body)["resourceLogs"] for scope in resource["scopeLogs"] for record in scope["logRecords"]]
    equal(lines.count("iceberg.retry"), 6)


CASES = [("what is tried again is told", retries), ("spans are sent to a collector", telemetry), ("spans of upkeep, and the catalog is told of them", upkeep_spans)]
