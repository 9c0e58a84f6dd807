"""An HTTP server that hands each request on to another and keeps what was asked."""
import http.client

from local_http import LocalHttp

OF_ONE_HOP = ("transfer-encoding", "content-length", "connection")


class RecordingProxy:
    """Keeps (method, path, headers) of every request to `target`, "http://host:port"."""

    def __init__(self, target):
        self.requests, self.target = [], target
        self.http = LocalHttp(self.answer)
        self.address = self.http.address

    def answer(self, call):
        self.requests.append((call["method"], call["raw"], call["headers"]))
        there = http.client.HTTPConnection(self.target.removeprefix("http://"), timeout=60)
        there.request(call["method"], call["raw"], call["body"], {name: value for name, value in call["headers"].items() if name not in OF_ONE_HOP})
        answer = there.getresponse()
        content = answer.read()
        there.close()
        headers = {name: value.replace(self.target, self.address) for name, value in answer.getheaders() if name.lower() not in OF_ONE_HOP}
        if call["method"] == "HEAD" and answer.headers["Content-Length"]:
            headers["Content-Length"] = answer.headers["Content-Length"]
        return answer.status, headers, content

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()
