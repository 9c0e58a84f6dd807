"""The fault proxy between dvt and a server, driven by its HTTP interface."""
import contextlib
import itertools
import json
import socket
import threading
import urllib.request

_numbers = itertools.count(1)


class Proxy:
    def __init__(self, toxiproxy, name, port, upstream):
        self.toxiproxy, self.name, self.port = toxiproxy, name, port
        self.upstream = upstream
        self.timer = None

    def down(self):
        """Cuts all connections and refuses new ones."""
        self.toxiproxy.call("POST", f"/proxies/{self.name}", {"enabled": False})

    def up(self):
        self.toxiproxy.call("POST", f"/proxies/{self.name}", {"enabled": True})

    def renew(self):
        """The same proxy again, up and without toxics. Removing a toxic of connections that were just cut can hang the server."""
        self.toxiproxy.call("DELETE", f"/proxies/{self.name}")
        self.toxiproxy.create(self.name, self.port, self.upstream)

    def add(self, toxic, attributes, stream="downstream"):
        """`stream`: downstream is what the server sends, upstream what it gets."""
        self.toxiproxy.call("POST", f"/proxies/{self.name}/toxics",
                            {"name": toxic, "type": toxic, "stream": stream, "attributes": attributes})

    def remove(self, toxic):
        self.toxiproxy.call("DELETE", f"/proxies/{self.name}/toxics/{toxic}")

    def disturb(self, toxic, attributes, seconds):
        """Adds a toxic ("down": refuses connections) and takes it away after `seconds`, if given."""
        if toxic == "down":
            self.down()
        else:
            self.add(toxic, attributes)
        if seconds is not None:
            self.timer = threading.Timer(seconds, self.up if toxic == "down" else lambda: self.remove(toxic))
            self.timer.start()


class Toxiproxy:
    def __init__(self, address):
        self.address = address

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"http://{self.address}{path}", method=method,
                                         data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Content-Type": "application/json", "User-Agent": "dvt-test"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return answer.read()

    def create(self, name, port, upstream):
        self.call("POST", "/proxies", {"name": name, "listen": f"127.0.0.1:{port}", "upstream": upstream, "enabled": True})

    @contextlib.contextmanager
    def proxy(self, upstream):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        name = f"proxy{next(_numbers)}"
        self.create(name, port, upstream)
        proxy = Proxy(self, name, port, upstream)
        try:
            yield proxy
        finally:
            if proxy.timer:
                proxy.timer.join()
            self.call("DELETE", f"/proxies/{name}")
