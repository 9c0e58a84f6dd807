"""An HTTP server on 127.0.0.1 for the doubles and proxies of the cases: one function answers every request."""
import http.server
import threading
import urllib.parse

CUT = object()  # an answer: the connection is closed without one


class LocalHttp:
    """`answer` gets each request as a map of method, raw (path and query as sent), path (decoded), query, headers (names in small letters) and body (bytes), on a thread of
    its connection, and gives (status, headers, content), or CUT. `address` is "http://127.0.0.1:port"."""

    def __init__(self, answer):
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
                path = urllib.parse.urlsplit(self.path)
                answered = answer({"method": self.command, "raw": self.path, "path": urllib.parse.unquote(path.path), "query": dict(urllib.parse.parse_qsl(path.query)),
                                   "headers": {name.lower(): value for name, value in self.headers.items()}, "body": self.read_body()})
                if answered is CUT:
                    self.close_connection = True
                    return
                status, headers, content = answered
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

            def read_body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # clients that go before the end of an answer
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_port
        self.address = f"http://127.0.0.1:{self.port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
