"""A catalog as Polaris behaves, and the object store behind it, in one small HTTP server: tokens, prefix, lent credentials, ETags, and answers of every unpleasant
kind. It keeps what it was asked, so that cases can tell which credential was sent where."""
import base64
import http.server
import json
import threading
import time
import urllib.parse

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class CatalogDouble:
    """`objects` maps "bucket/key" to bytes, `tables` names to what a load answers. Settings are read at each request."""

    def __init__(self):
        self.client, self.secret = "root", "s3cr3t:with:colons"
        self.catalog = "shop"
        self.objects, self.tables, self.requests = {}, {}, []
        self.fresh_credentials = []  # what the refresh endpoint answers
        self.token_life, self.takes_exchange, self.sts = 3600, True, "up"
        self.revoked, self.pause = set(), 0
        self.issued = 0
        self.lock = threading.Lock()
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                double.answer(self)

            do_HEAD = do_POST = do_DELETE = do_PUT = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.uri = self.address + "/api/catalog"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path = urllib.parse.urlsplit(request.path)
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self.lock:
            self.requests.append({"method": request.command, "path": urllib.parse.unquote(path.path), "query": dict(urllib.parse.parse_qsl(path.query)),
                                  "headers": {name.lower(): value for name, value in request.headers.items()}, "body": body.decode("utf-8", "replace")})
            status, headers, content = self.route(self.requests[-1])
        if isinstance(content, (dict, list)):
            content, headers = json.dumps(content).encode(), {"Content-Type": "application/json", **headers}
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if "Content-Length" not in headers:
            request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)

    def route(self, call):
        path = call["path"]
        if not path.startswith("/api/catalog/"):
            return self.token(call) if path == "/elsewhere/token" else self.object(call)
        path = path.removeprefix("/api/catalog/v1/")
        if path == "oauth/tokens":
            return self.token(call)
        bearer = call["headers"].get("authorization", "")
        if not bearer.startswith("Bearer token-") or bearer in self.revoked:
            return 401, {}, b""
        if path == "config":
            time.sleep(self.pause)
            if call["query"].get("warehouse", self.catalog) != self.catalog:
                return self.failed(404, "NotFoundException", f"Unable to find warehouse {call['query']['warehouse']}")
            return 200, {}, {"defaults": {"default-base-location": "s3://bucket/"}, "overrides": {"prefix": self.catalog}}
        parts = path.split("/")
        if parts[0] != self.catalog:
            return self.failed(404, "NotFoundException", "no such prefix")
        if parts[1:] == ["namespaces"]:
            return 200, {}, {"namespaces": [["db"]], "next-page-token": None}
        if len(parts) >= 5 and parts[3] == "tables":
            return self.table(call, parts[4], parts[5:])
        return self.failed(404, "NoSuchNamespaceException", f"Namespace does not exist: {path}")

    @staticmethod
    def failed(status, kind, message):
        return status, {}, {"error": {"message": message, "type": kind, "code": status}}

    def table(self, call, name, rest):
        if name not in self.tables:
            return self.failed(404, "NoSuchTableException", f"Table does not exist: db.{name}")
        delegates = "x-iceberg-access-delegation" in call["headers"]
        if delegates and self.sts == "unavailable":
            return self.failed(400, "IllegalArgumentException", "Credential vending is not supported: stsUnavailable")
        if delegates and self.sts == "down":
            return self.failed(422, "UnprocessableEntityException", "Failed to get subscoped credentials")
        if rest == ["credentials"]:
            return 200, {}, {"storage-credentials": self.fresh_credentials}
        tag = f'W/"{name}-1"'
        if call["headers"].get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        answer = dict(self.tables[name])
        if not delegates:
            answer.pop("storage-credentials", None)
        return 200, {"ETag": tag}, answer

    def token(self, call):
        form = dict(urllib.parse.parse_qsl(call["body"]))
        identity = (form.get("client_id"), form.get("client_secret"))
        if call["headers"].get("authorization", "").startswith("Basic "):
            identity = tuple(base64.b64decode(call["headers"]["authorization"][6:]).decode().split(":", 1))
        if form.get("grant_type") == TOKEN_EXCHANGE and not self.takes_exchange:
            return 400, {}, {"error": "unsupported_grant_type", "error_description": "no exchange here"}
        if identity != (self.client, self.secret):
            return 401, {}, {"error": "unauthorized_client", "error_description": "The client is not authorized"}
        if form.get("scope") == "catalog":
            return 400, {}, {"error": "invalid_scope", "error_description": "The scope is invalid"}
        self.issued += 1
        return 200, {}, {"access_token": f"token-{self.issued}", "token_type": "bearer", "expires_in": self.token_life}

    def object(self, call):
        key = call["path"].lstrip("/")
        if key not in self.objects:
            return 404, {"Content-Type": "application/xml"}, b"<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>"
        content = self.objects[key]
        headers = {"ETag": '"1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT", "Accept-Ranges": "bytes"}
        span = call["headers"].get("range", "").removeprefix("bytes=")
        if call["method"] == "HEAD":
            return 200, {**headers, "Content-Length": str(len(content))}, b""
        if not span:
            return 200, headers, content
        first, _, last = span.partition("-")
        first, last = int(first), min(int(last or len(content) - 1), len(content) - 1)
        return 206, {**headers, "Content-Range": f"bytes {first}-{last}/{len(content)}"}, content[first:last + 1]

    def keys_used(self):
        """object → the access keys that it was read with."""
        used = {}
        for call in self.requests:
            signed = call["headers"].get("authorization", "")
            if "Credential=" in signed:
                used.setdefault(call["path"].lstrip("/"), set()).add(signed.split("Credential=")[1].split("/")[0])
        return used

    def forms(self):
        return [dict(urllib.parse.parse_qsl(call["body"]), authorization=call["headers"].get("authorization", "").split(" ")[0], path=call["path"])
                for call in self.requests if call["body"].startswith(("grant_type", "client_id"))]


def expiring(seconds):
    return str(int((time.time() + seconds) * 1000))
