"""A server of 127.0.0.1 for a test: `with LocalServer(Handler) as server: server.uri`."""
import http.server
import threading


class LocalServer:
    def __init__(self, handler):
        handler.log_message = lambda *arguments: None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.uri = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
