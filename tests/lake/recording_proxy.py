"""An HTTP server that hands each request on to another and keeps what was asked."""
import http.client
import http.server
import threading


class RecordingProxy:
    """Keeps (method, path, headers) of every request to `target`, "http://host:port"."""

    def __init__(self, target):
        self.requests = []
        outer, host = self, target.removeprefix("http://")

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # headers and body go out together

            def log_message(self, *_):
                pass

            def handle_expect_100(self):
                goes_on = super().handle_expect_100()
                self.wfile.flush()
                return goes_on

            def do_GET(self):
                outer.requests.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
                body = self.read_body()
                there = http.client.HTTPConnection(host, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("transfer-encoding", "content-length", "connection")}
                there.request(self.command, self.path, body, headers)
                answer = there.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value.replace(target, outer.address))
                self.send_header("Content-Length", answer.headers["Content-Length"] if self.command == "HEAD" and answer.headers["Content-Length"] else str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)
                there.close()

            def read_body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # clients that go before the end of an answer
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
