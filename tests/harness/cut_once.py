"""A TCP proxy that resets exactly one connection, the first over which the server has sent `limit` bytes, and forwards the rest: what
is read a second time can then be told from what is not."""
import socket
import struct

from harness.local_proxy import LocalProxy


class CutOnce(LocalProxy):
    def __init__(self, upstream_port, limit):
        self.limit, self.cuts = limit, 0
        super().__init__(upstream_port)

    def _cut_now(self):
        with self.lock:
            self.cuts += 1
            return self.cuts == 1

    def from_server(self, source, sink):
        moved, told = 0, False
        while data := source.recv(65536):
            moved += len(data)
            if moved > self.limit and not told:
                told = True
                if self._cut_now():
                    for end in (sink, source):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
            sink.sendall(data)
