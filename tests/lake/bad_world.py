"""What a case of bad_input.toml needs around it, for every program that is tried on it.

world   catalog  the real catalog, whose table has a file of deletes and the tag `fixed` (without `world`)
        double   the double of a catalog with the same table as db.t, its metadata changed by `metadata` (m: the metadata, a: the whole answer);
                 `store`: the answer of the object store behind it; `expired`: tokens that it refuses
        server   a server that gives one `answer` (status, body, type, headers; delay in seconds, cut, tls), or only to the paths that hold `at`
        file     a metadata file without a catalog
set     settings of the client; damage: what is done to a file of the table meanwhile; table: another name, {space} is the namespace
do      scan (without), append, create, overwrite, upsert, delete, compact, rollback, tag, drop ref, with `arguments`; data: its rows, in Python
rows    how many rows come, of a case that is no mistake; sides: lake, project, python
"""
import contextlib
import http.server
import json
import pathlib
import re
import ssl
import subprocess
import threading
import time
import tomllib

from catalog_double import Behind, CatalogDouble

SECRETS = ["wrong-secret-9", "no-such-token-7", "userinfo-secret-5"]
QUICK = {"retry.attempts": "1", "s3.region": "us-east-1", "s3.access-key-id": "key", "s3.secret-access-key": "wrong-secret-9", "s3.path-style-access": "true"}
# An Avro file of one record with one number, packed as it is.
OTHER_AVRO = (b"Obj\x01\x04\x14avro.codec\x08null\x16avro.schema" + bytes([0x9a, 0x01]) +
              b'{"type":"record","name":"other","fields":[{"name":"number","type":"long"}]} '.ljust(77)[:77] + b"\x00" + b"0123456789abcdef" + b"\x02\x02\x0a" + b"0123456789abcdef")


def cases(side):
    """Those of bad_input.toml that can be tried on one side."""
    with open(pathlib.Path(__file__).parent / "bad_input.toml", "rb") as file:
        found = tomllib.load(file)["cases"]
    for case in found:
        only = case.get("sides") or (["lake", "python"] if "do" in case or "arguments" in case or case.get("world") == "file" else ["lake", "project", "python"])
        if side in only:
            yield case


def local(location):
    return pathlib.Path(re.sub("^file:/+", "/", location))


class AnsweringServer:
    """Every request gets the same answer, or those whose path holds `at`; others then an empty JSON object."""

    def __init__(self, answer, folder):
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told = answer if answer.get("at", "") in self.path else {"body": '{"access_token": "t"}'}
                time.sleep(told.get("delay", 0))
                if told.get("cut"):
                    self.close_connection = True
                    return
                body = told.get("body", "").encode()
                self.send_response(told.get("status", 200))
                for name, value in {"Content-Type": told.get("type", "application/json"), "Content-Length": str(len(body)), **told.get("headers", {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):  # clients that hang up
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if answer.get("tls"):
            key, certificate = folder / "key.pem", folder / "certificate.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=catalog.example"],
                           check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Here:
    """Where a case is tried: the properties of the client, the table (or the metadata file), what must be said and what must not."""

    def __init__(self, properties, table, space):
        self.properties, self.table, self.space = properties, table, space

    def check(self, case, text):
        """The first thing that is wrong with what was said, or None."""
        for part in case["says"]:
            wanted = part.replace("{space}", self.space)
            if not any(each in text for each in wanted.split("|")):
                return f"it does not say '{wanted}'"
        for part in [*case.get("says_not", []), *SECRETS]:
            if part in text:
                return f"it says '{part}'"
        return None


class World:
    """The table `table` of the real catalog was made with `SETTINGS`, the rows id 1, 2, 3 and a delete of id 2; `strict` has a required id."""

    SETTINGS = {"write.delete.mode": "merge-on-read"}

    def __init__(self, uri, credential, table, strict, scratch):
        self.uri, self.credential, self.table, self.strict, self.scratch = uri, credential, table, strict, scratch
        self.space, _, self.name = table.rpartition(".")
        self.behind = Behind(uri, credential)

    def loaded(self):
        status, _, content = self.behind.ask({"raw": f"/api/catalog/v1/x/namespaces/{self.space}/tables/{self.name}", "headers": {}, "method": "GET", "body": ""}, None, "x")
        assert status == 200, content
        return json.loads(content)

    def files(self):
        """Every file of the table, with its size."""
        return {path: path.stat().st_size for path in local(self.loaded()["metadata"]["location"]).rglob("*") if path.is_file()}

    def _file(self, which):
        metadata = self.loaded()["metadata"]
        if which == "list":
            return local(next(s for s in metadata["snapshots"] if s["snapshot-id"] == metadata["current-snapshot-id"])["manifest-list"])
        folder = local(metadata["location"])
        if which == "manifest":
            return next(path for path in folder.rglob("*.avro") if not path.name.startswith("snap-") and b"deletes" not in path.read_bytes()[:20000])
        return next(path for path in folder.rglob("*.parquet") if (b"file_path" in path.read_bytes()) == (which == "deletes"))

    @contextlib.contextmanager
    def _damaged(self, path, how):
        content = path.read_bytes()
        middle = len(content) // 2
        try:
            if how == "gone":
                path.unlink()
            elif how == "schema" and path.suffix == ".parquet":
                import pyarrow
                import pyarrow.parquet

                pyarrow.parquet.write_table(pyarrow.table({"number": [1]}), path)
            else:
                path.write_bytes({"empty": b"", "cut": content[:-20], "garbage": b"what is this? " * 40, "zeros": content[:middle - 30] + bytes(60) + content[middle + 30:],
                                  "schema": OTHER_AVRO}[how])
            yield
        finally:
            path.write_bytes(content)

    def _double(self, case, stack):
        double = CatalogDouble()
        stack.callback(double.close)
        answer = self.loaded()
        exec(case.get("metadata", ""), {"m": answer["metadata"], "a": answer})
        double.revoked = {f"Bearer {token}" for token in case.get("expired", [])}
        double.tables["t"] = answer
        properties = {"uri": double.uri, "credential": f"{double.client}:{double.secret}", "warehouse": double.catalog}
        if "store" in case:
            store = AnsweringServer(case["store"], self.scratch)
            stack.callback(store.close)
            properties["s3.endpoint"] = f"http://{store.address}"
        return properties

    @contextlib.contextmanager
    def of(self, case):
        """A Here for the case."""
        world, damage = case.get("world", "catalog"), case.get("damage", {})
        with contextlib.ExitStack() as stack:
            properties, table = {"uri": self.uri, "credential": self.credential}, self.table
            if world == "server":
                server = AnsweringServer(case.get("answer", {}), self.scratch)
                stack.callback(server.close)
                scheme = case.get("scheme") or ("https" if case.get("answer", {}).get("tls") else "http")
                properties, table = {"uri": f"{scheme}://{server.address}"}, "db.t"
            elif world == "double":
                properties, table = self._double(case, stack), "db.t"
            elif world == "file":
                path = self.scratch / "bad.metadata.json"
                path.write_bytes(local(self.loaded()["metadata-location"]).read_bytes())
                stack.enter_context(self._damaged(path, damage["how"]))
                properties, table = {}, str(path)
            elif damage:
                stack.enter_context(self._damaged(self._file(damage["file"]), damage["how"]))
            properties = {**QUICK, **properties, **case.get("set", {})}
            if "table" in case:
                table = self.strict if case["table"] == "strict" else case["table"].replace("{space}", self.space)
            yield Here({key: value for key, value in properties.items() if value or key == "uri"}, table, self.space)


def rows_of(case):
    """The rows that a case writes."""
    import decimal

    import pyarrow

    return eval(case.get("data", "pa.table({'id': [3]})"), {"pa": pyarrow, "decimal": decimal})
