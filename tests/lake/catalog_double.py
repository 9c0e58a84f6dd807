"""A catalog as Polaris behaves, and the object store behind it, in one small HTTP server: tokens, prefix, lent credentials, ETags, and answers of every unpleasant
kind. It keeps what it was asked, so that cases can tell which credential was sent where. With another catalog behind it (`behind`) it has the whole API: what
it does not answer itself is asked there, without its prefix and with that catalog's own token; Iceberg's compatibility kit is run against it so."""
import base64
import hashlib
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from local_http import CUT, LocalHttp

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
LENDS = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials"


class CatalogDouble:
    """`objects` maps "bucket/key" to bytes, `tables` names to what a load answers. Settings are read at each request."""

    def __init__(self):
        self.client, self.secret = "root", "s3cr3t:with:colons"
        self.catalog = "shop"
        self.objects, self.tables, self.requests = {}, {}, []
        self.fresh_credentials = []  # what the refresh endpoint answers
        self.own_endpoints = {}  # other paths below the catalog's address → the credentials that they answer
        self.token_life, self.takes_exchange, self.sts = 3600, True, "up"
        self.revoked, self.pause = set(), 0
        self.behind = None  # another catalog: Behind
        self.base_location = None  # where tables of the catalog behind lie that are made without a place
        self.lends = lambda location: []  # the credentials for a table there
        self.table_config = {}  # of every table of the catalog behind
        self.faults = []  # functions of a request that answer it (perhaps CUT), or give None; each answers once
        self.slow = lambda call: (0, 0)  # how long a request waits before it is done, and then before it is answered, in seconds
        self.endpoints = None  # what it says that it has; with a catalog behind it that says so
        self.key_life, self.answered = None, {}  # how long keys of changes are known, "PT30M"; key → what was answered
        self.page = 0  # how many things of the catalog behind a list gives at a time, at most; 0: all
        self.stages = True  # takes stage-create
        self.without = set()  # endpoints that it has not, though others have: "credentials"
        self.issued = 0
        self.lock = threading.Lock()
        self.http = LocalHttp(self.answer)
        self.address = self.http.address
        self.uri = self.address + "/api/catalog"

    def close(self):
        self.http.close()

    def answer(self, call):
        call["body"] = call["body"].decode("utf-8", "replace")
        before, after = self.slow(call)
        time.sleep(before)
        with self.lock:
            self.requests.append(call)
            faulty = next((found for found in ((fault, fault(call)) for fault in self.faults) if found[1]), None)
            if faulty:
                self.faults.remove(faulty[0])
            answered = faulty[1] if faulty else self.route(call)
        time.sleep(after)
        if answered is CUT:
            return CUT
        status, headers, content = answered
        if isinstance(content, (dict, list)):
            content, headers = json.dumps(content).encode(), {"Content-Type": "application/json", **headers}
        return status, headers, content

    def route(self, call):
        """What answers a request. A change that comes again with its key gets the answer that it had."""
        key = self.key_life and call["headers"].get("idempotency-key")
        if key and key in self.answered:
            return self.answered[key]
        answer = self.act(call)
        if key and answer[0] < 500:
            self.answered[key] = answer
        return answer

    def act(self, call):
        path = call["path"]
        if not path.startswith("/api/catalog/"):
            return self.token(call) if path == "/elsewhere/token" else self.object(call)
        path = path.removeprefix("/api/catalog/v1/")
        if call["path"] in self.own_endpoints and call["headers"].get("authorization", "").startswith("Bearer token-"):
            return 200, {}, {"storage-credentials": self.own_endpoints[call["path"]]}
        if path == "oauth/tokens":
            return self.token(call)
        bearer = call["headers"].get("authorization", "")
        if not bearer.startswith("Bearer token-") or bearer in self.revoked:
            return 401, {}, b""
        if path == "config":
            time.sleep(self.pause)
            if call["query"].get("warehouse", self.catalog) != self.catalog:
                return self.failed(404, "NotFoundException", f"Unable to find warehouse {call['query']['warehouse']}")
            answer = {"defaults": {"default-base-location": "s3://bucket/"}, "overrides": {"prefix": self.catalog}}
            endpoints = [*self.behind.endpoints, LENDS] if self.behind and self.behind.endpoints else self.endpoints
            more = {"endpoints": endpoints} if endpoints else {}
            return 200, {}, {**answer, **more, **({"idempotency-key-lifetime": self.key_life} if self.key_life else {})}
        parts = [urllib.parse.unquote(part) for part in call["raw"].partition("?")[0].removeprefix("/api/catalog/v1/").split("/")]
        if parts[0] != self.catalog:
            return self.failed(404, "NotFoundException", "no such prefix")
        if self.behind and not (len(parts) >= 5 and parts[4] in self.tables):
            return self.whole(call, parts)
        if parts[1:] == ["namespaces"]:
            return 200, {}, {"namespaces": [["db"]], "next-page-token": None}
        if len(parts) >= 5 and parts[3] == "tables":
            return self.table(call, parts[4], parts[5:])
        return self.failed(404, "NoSuchNamespaceException", f"Namespace does not exist: {path}")

    def whole(self, call, parts):
        """What the catalog behind answers, with what Polaris adds to a table: an ETag, settings, lent credentials."""
        delegates = "x-iceberg-access-delegation" in call["headers"]
        makes = call["method"] == "POST" and parts[-1] in ("tables", "register")
        loads = call["method"] == "GET" and len(parts) == 5 and parts[3] == "tables"
        if delegates and self.sts == "unavailable" and (makes or loads):
            return self.failed(400, "IllegalArgumentException", "Credential vending is not supported: stsUnavailable")
        if delegates and self.sts == "down" and (makes or loads):
            return self.failed(422, "UnprocessableEntityException", "Failed to get subscoped credentials")
        if makes and not self.stages and json.loads(call["body"]).get("stage-create"):
            return self.failed(400, "BadRequestException", "stage-create is not supported")
        if len(parts) == 6 and parts[5] == "credentials":
            status, headers, content = self.behind.ask(call, "/".join(parts[:5]), self.catalog, "GET")
            return (status, headers, content) if status != 200 else (200, {}, {"storage-credentials": self.lends(json.loads(content)["metadata"]["location"])})
        if makes and self.base_location and "location" not in (wanted := json.loads(call["body"])) and parts[-1] == "tables":
            call["body"] = json.dumps({**wanted, "location": "/".join([self.base_location, *parts[2].split("\x1f"), wanted["name"]])})
        if self.page and call["method"] == "GET" and parts[-1] in ("namespaces", "tables", "views"):
            return self.page_of(call)
        status, headers, content = self.behind.ask(call, None, self.catalog)
        if status != 200 or not (makes or loads):
            return status, headers, content
        answer = json.loads(content)
        answer["config"] = {**answer.get("config", {}), **self.table_config}
        if delegates:
            answer["storage-credentials"] = self.lends(answer["metadata"]["location"])
        tag = 'W/"' + hashlib.sha256(answer.get("metadata-location", "").encode()).hexdigest() + '"'
        if call["headers"].get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag}, answer

    def page_of(self, call):
        place, _, query = call["raw"].partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        start = int(asked.pop("pageToken", 0))
        status, headers, content = self.behind.ask({**call, "raw": place + "?" + urllib.parse.urlencode({**asked, "pageSize": 10000, "pageToken": ""})}, None, self.catalog)
        if status != 200:
            return status, headers, content
        answer = json.loads(content)
        for name in ("namespaces", "identifiers"):
            if name in answer:
                answer["next-page-token"] = str(start + self.page) if len(answer[name]) > start + self.page else None
                answer[name] = answer[name][start:start + self.page]
        return 200, {}, answer

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
        if rest == ["credentials"] and "credentials" in self.without:
            return self.failed(404, "NotFoundException", "no such endpoint")
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


class Behind:
    """A catalog without prefix that the double asks."""

    def __init__(self, uri, credential):
        self.uri = uri
        identity, _, secret = credential.partition(":")
        form = {"grant_type": "client_credentials", "client_id": identity, "client_secret": secret, "scope": "PRINCIPAL_ROLE:ALL"}
        with urllib.request.urlopen(f"{uri}/v1/oauth/tokens", urllib.parse.urlencode(form).encode(), timeout=30) as answer:
            self.token = json.load(answer)["access_token"]
        with urllib.request.urlopen(urllib.request.Request(f"{uri}/v1/config", headers={"Authorization": f"Bearer {self.token}"}), timeout=30) as answer:
            self.endpoints = json.load(answer).get("endpoints", [])

    def ask(self, call, path, prefix, method=None):
        raw = call["raw"].removeprefix(f"/api/catalog/v1/{prefix}/")
        if path is not None:
            raw = raw.partition("?")[0].rpartition("/")[0]
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        for name in ("content-type", "idempotency-key"):
            if name in call["headers"]:
                headers[name] = call["headers"][name]
        body = call["body"].encode() if call["body"] and method is None else None
        request = urllib.request.Request(f"{self.uri}/v1/{raw}", body, headers, method=method or call["method"])
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, {"Content-Type": answer.headers.get("Content-Type", "application/json")}, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, {"Content-Type": refused.headers.get("Content-Type", "application/json")}, refused.read()


def expiring(seconds):
    return str(int((time.time() + seconds) * 1000))
