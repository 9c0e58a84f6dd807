"""A TCP proxy on 127.0.0.1 before a server of this machine. What a proxy does to the bytes is its subclass's."""
import socket
import threading


class LocalProxy:
    """Listens on `port`. `from_client` and `from_server` carry the bytes of one connection, each in a thread of its own, until they return
    or the connection breaks; then both ends are closed."""

    def __init__(self, upstream_port):
        self.upstream = ("127.0.0.1", int(upstream_port))
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.upstream)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(self.from_client, client, server), daemon=True).start()
            threading.Thread(target=self._carry, args=(self.from_server, server, client), daemon=True).start()

    @staticmethod
    def _carry(forward, source, sink):
        try:
            forward(source, sink)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def from_client(self, source, sink):
        while data := source.recv(65536):
            sink.sendall(data)

    def from_server(self, source, sink):
        while data := source.recv(65536):
            sink.sendall(data)
