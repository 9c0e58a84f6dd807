"""Spans and logs: what they tell, how they hang together, and that no byte of them is a secret."""
import http.server
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest
from local_server import LocalServer

WORK = """
import base64, datetime, logging, os, sys
logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")
import dvt, pyarrow
uri, space = os.environ["DVT_LAKE_URI"], sys.argv[1]
def tried(call):
    try:
        call()
    except dvt.LakeError as error:
        print(type(error).__name__, error, repr(error), error.__dict__)
for how in ({"credential": "dvt:" + os.environ["WRONG_SECRET"]}, {"token": os.environ["WRONG_TOKEN"]}):
    tried(lambda: dvt.Catalog(uri, properties={"retry.attempts": "1"}, **how))
tried(lambda: dvt.Catalog("http://me:" + os.environ["WRONG_SECRET"] + "@127.0.0.1:9", credential="dvt:" + os.environ["WRONG_SECRET"], properties={"retry.attempts": "1"}))
for how in ({"credential": os.environ["DVT_LAKE_CREDENTIAL"]}, {"token": os.environ["GOOD_TOKEN"]}):
    catalog = dvt.Catalog(uri, properties={"s3.access-key-id": "AKIA1", "s3.secret-access-key": os.environ["S3_SECRET"], "header.X-Secret": os.environ["S3_SECRET"]}, **how)
    print(catalog, catalog.properties)
    catalog.create_namespace(space + ".inner", {"owner": os.environ["S3_SECRET"]})
    catalog.drop_namespace(space + ".inner")
    rows = pyarrow.table({"id": [1, 2], "name": ["a", "b"]})
    table = catalog.create_table(space + ".t", rows, if_missing=True, partition_by="bucket(2, id)")
    print(table.append(rows), table.overwrite(rows, where="id = 1"), table.upsert(rows, ["id"]), table.delete("id = 2"))
    print(table.scan(["id"], "name = 'a'", limit=5).to_arrow(), table.metadata)
    secret = os.environ["DVT_LAKE_CREDENTIAL"].partition(":")[2]
    tried(lambda: table.scan(where="name = '" + secret + "' AND nothing = 1").to_arrow())
    tried(lambda: catalog.load_table(space + '."' + secret + '"'))
    tried(lambda: table.append(pyarrow.table({"id": [secret]})))
"""


class Collector(LocalServer):
    """Takes what is sent to it as OpenTelemetry's collector does."""

    def __init__(self):
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        super().__init__(Handler)

    def items(self, place, *keys):
        out = []
        for path, _, body in self.requests:
            if path == place:
                for resource in json.loads(body)[keys[0]]:
                    for scope in resource[keys[1]]:
                        out += [({each["key"]: each["value"] for each in resource["resource"]["attributes"]}, item) for item in scope[keys[2]]]
        return out

    def spans(self):
        return [span for _, span in self.items("/v1/traces", "resourceSpans", "scopeSpans", "spans")]


def attributes(span):
    return {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}


def token_of(address):
    client, _, secret = address["credential"].partition(":")
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": "PRINCIPAL_ROLE:ALL"}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{address['uri']}/v1/oauth/tokens", form)) as answer:
        return json.loads(answer.read())["access_token"]


def test_nothing_that_leaves_holds_a_secret(address, space):
    token = token_of(address)
    secrets = {"WRONG_SECRET": "wrong-secret-31415", "WRONG_TOKEN": "wrong-token-27182", "S3_SECRET": "s3/secret+16180", "GOOD_TOKEN": token, "OTLP_SECRET": "collector-secret-141"}
    with Collector() as collector:
        environment = {**os.environ, **secrets, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.uri, "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=collector-secret-141",
                       "OTEL_SERVICE_NAME": "shop", "OTEL_RESOURCE_ATTRIBUTES": "team=a%20b"}
        done = subprocess.run([sys.executable, "-c", WORK, space], env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    sent = collector.requests
    assert sent and all(headers.get("x-api-key") == "collector-secret-141" for _, headers, _ in sent)
    left = done.stdout + done.stderr + b"".join(path.encode() + body + json.dumps({k: v for k, v in headers.items() if k != "x-api-key"}).encode() for path, headers, body in sent)
    for secret in (*secrets.values(), address["credential"].partition(":")[2]):
        for form in (secret, urllib.parse.quote(secret, safe="")):
            assert form.encode() not in left, (form, left[max(0, left.find(form.encode()) - 300):][:600])
    assert b"*****" in left

    spans = collector.spans()
    names = {span["name"] for span in spans}
    assert {"polaris.authenticate", "polaris.load_config", "polaris.create_namespace", "iceberg.create_table", "iceberg.load_table", "iceberg.append", "iceberg.overwrite",
            "iceberg.upsert", "iceberg.delete", "iceberg.scan", "iceberg.commit"} <= names
    by_id = {span["spanId"]: span for span in spans}
    commits = [span for span in spans if span["name"] == "iceberg.commit"]
    assert {by_id[span["parentSpanId"]]["name"] for span in commits} == {"iceberg.append", "iceberg.overwrite", "iceberg.upsert", "iceberg.delete"}
    append = next(span for span in spans if span["name"] == "iceberg.append" and not span["status"]["code"])
    told = attributes(append)
    assert told["iceberg.table"] == f"{space}.t" and told["iceberg.num_rows"] == "2" and int(told["iceberg.snapshot_id"]) > 0
    assert int(append["endTimeUnixNano"]) >= int(append["startTimeUnixNano"]) > 1_600_000_000 * 10**9
    made = attributes(next(span for span in spans if span["name"] == "iceberg.create_table"))
    assert made["iceberg.table"] == f"{space}.t" and made["iceberg.schema_id"] == "0" and made["iceberg.partition_spec"] == {"values": [{"stringValue": "id_bucket: bucket[2]"}]}
    assert attributes(next(span for span in spans if span["name"] == "polaris.create_namespace"))["iceberg.properties"] == {"values": [{"stringValue": "owner"}]}
    scan = attributes(next(span for span in spans if span["name"] == "iceberg.scan"))
    assert scan["iceberg.row_filter"].count("name") == 1 and scan["iceberg.limit"] == "5" and scan["iceberg.num_rows"] == "1"
    failed = [span for span in spans if span["name"] == "polaris.authenticate" and span["status"]["code"] == 2]
    assert failed and attributes(failed[0])["error.type"] == "authentication" and attributes(failed[0])["oauth2.scope"] == "PRINCIPAL_ROLE:ALL"
    resource, record = next(item for item in collector.items("/v1/logs", "resourceLogs", "scopeLogs", "logRecords") if item[1]["body"]["stringValue"] == "iceberg.append")
    assert resource["service.name"]["stringValue"] == "shop" and resource["team"]["stringValue"] == "a b" and record["severityText"] == "INFO" and record["spanId"] in by_id


def test_a_collector_that_is_away_costs_nothing(address, space):
    code = """if True:
        import dvt, os, sys, time, pyarrow
        catalog = dvt.Catalog(os.environ["DVT_LAKE_URI"], credential=os.environ["DVT_LAKE_CREDENTIAL"])
        print(catalog.create_table(sys.argv[1] + ".t", pyarrow.schema([("id", pyarrow.int64())])).append(pyarrow.table({"id": [1]})).rows)"""
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", code, space], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)


def test_spans_go_to_pythons_opentelemetry(catalog, space):
    """In a program of its own: a tracer provider is set once for a process."""
    code = """if True:
        import os, sys, urllib.request, pyarrow, dvt
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        with trace.get_tracer("test").start_as_current_span("mine") as mine:
            catalog = dvt.Catalog(os.environ["DVT_LAKE_URI"], credential=os.environ["DVT_LAKE_CREDENTIAL"])
            table = catalog.create_table(sys.argv[1] + ".t", pyarrow.schema([("id", pyarrow.int64())]))
            table.append(pyarrow.table({"id": [1, 2, 3]}))
            table.scan().to_arrow()
            urllib.request.urlopen(urllib.request.Request(os.environ["DVT_LAKE_URI"] + "/faults?what=commit&status=409&count=1", method="POST")).read()
            table.append(pyarrow.table({"id": [4]}))
            try:
                catalog.load_table(sys.argv[1] + ".none")
            except dvt.TableNotFoundError:
                pass
        spans = {span.context.span_id: span for span in exporter.get_finished_spans()}
        def way(span):
            return (way(spans[span.parent.span_id]) + " > " if span.parent else "") + span.name + ("!" if span.status.status_code.name == "ERROR" else "")
        for span in sorted(spans.values(), key=lambda span: span.start_time):
            assert span.context.trace_id == mine.get_span_context().trace_id
            print(way(span), span.attributes.get("iceberg.num_rows", ""), *(f"[{event.name} {event.attributes['iceberg.operation']} {event.attributes['attempt']} {span.start_time <= event.timestamp <= span.end_time}]" for event in span.events))"""
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}  # the core's own exporter must stay silent
    done = subprocess.run([sys.executable, "-c", code, space], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [line.strip() for line in done.stdout.splitlines()] == [
        "mine", "mine > polaris.load_config", "mine > polaris.load_config > polaris.authenticate", "mine > polaris.look_up", "mine > iceberg.create_table",
        "mine > iceberg.append 3", "mine > iceberg.append > iceberg.commit", "mine > iceberg.scan 3",
        "mine > iceberg.append 1 [iceberg.retry iceberg.commit 2 True]", "mine > iceberg.append > iceberg.commit!", "mine > iceberg.append > iceberg.refresh_table", "mine > iceberg.append > iceberg.commit", "mine > iceberg.load_table!"]


@pytest.mark.parametrize("configured", [True, False], ids=["structlog", "logging"])
def test_logs_are_structured(space, configured):
    code = ("import structlog\nstructlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()])\n" if configured else
            "import logging, sys\nlogging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(message)s')\n") + """if True:
        import dvt, os, sys, pyarrow
        catalog = dvt.Catalog(os.environ["DVT_LAKE_URI"], credential=os.environ["DVT_LAKE_CREDENTIAL"])
        catalog.create_table(sys.argv[1] + ".t", pyarrow.schema([("id", pyarrow.int64())])).append(pyarrow.table({"id": [1]}))
        try:
            catalog.load_table(sys.argv[1] + ".none")
        except dvt.TableNotFoundError:
            pass"""
    done = subprocess.run([sys.executable, "-c", code, space], capture_output=True, text=True, timeout=60, env={**os.environ})
    assert done.returncode == 0, done.stderr
    events = []
    for line in done.stdout.splitlines():
        if configured:
            event = json.loads(line)
            events.append((event.pop("event"), event))
        else:
            events.append((line.partition(" ")[0], json.loads(line.partition(" ")[2])))
    told = dict(events)
    assert told["iceberg.append"]["table"] == f"{space}.t" and told["iceberg.append"]["num_rows"] == 1 and told["iceberg.append"]["duration_ms"] > 0
    assert told["lake_error"]["error"] == "TableNotFoundError" and told["lake_error"]["vendor_code"] == "404 NoSuchTableException"
