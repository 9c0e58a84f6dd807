"""A TCP proxy before MariaDB that exchanges some of the client's statements for another one, whose error the client then gets, or cuts their
connections."""
import re
import socket
import struct
import time

from harness.local_proxy import LocalProxy

QUERY = 3  # COM_QUERY


class MysqlRaiser(LocalProxy):
    """From the first statement on that matches, for `seconds` (0: that one alone); what comes later, and all else, is forwarded as it is.
    `instead`: None resets the connection, and the statement never arrives."""

    def __init__(self, upstream_port, statements, instead, seconds):
        self.pattern = re.compile(rf"\s*(/\*.*?\*/\s*)*({statements})".encode(), re.IGNORECASE | re.DOTALL)
        self.instead, self.seconds = instead and instead.encode(), seconds
        self.until, self.raised = None, 0
        super().__init__(upstream_port)

    def from_client(self, source, sink):
        """Packets: three bytes of length, one of their place in the exchange, the content."""
        stream = source.makefile("rb", 65536)
        while len(head := stream.read(4)) == 4:
            content = stream.read(int.from_bytes(head[:3], "little"))
            if head[3] == 0 and content[:1] == bytes([QUERY]) and self._raises(content[1:]):
                if self.instead is None:
                    for end in (source, sink):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                content = bytes([QUERY]) + self.instead
                head = len(content).to_bytes(3, "little") + b"\0"
            sink.sendall(head + content)

    def _raises(self, statement):
        if not self.pattern.match(statement):
            return False
        with self.lock:
            now = time.time()
            if self.until is None:
                self.until = now + self.seconds
            elif now > self.until or self.seconds == 0:
                return False
            self.raised += 1
            return True
