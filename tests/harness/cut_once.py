"""A TCP proxy that resets exactly one connection, the first over which the server has sent `limit` bytes, and forwards the rest: what
is read a second time can then be told from what is not."""
import socket
import struct
import threading


class CutOnce:
    def __init__(self, upstream_port, limit):
        self.upstream, self.limit = ("127.0.0.1", int(upstream_port)), limit
        self.cuts = 0
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
            server = socket.create_connection(self.upstream)
            threading.Thread(target=self._forward, args=(client, server, None), daemon=True).start()
            threading.Thread(target=self._forward, args=(server, client, self.limit), daemon=True).start()

    def _cut_now(self):
        with self.lock:
            self.cuts += 1
            return self.cuts == 1

    def _forward(self, source, sink, limit):
        moved = 0
        try:
            while data := source.recv(65536):
                moved += len(data)
                if limit is not None and moved > limit:
                    limit = None
                    if self._cut_now():
                        for end in (sink, source):
                            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
