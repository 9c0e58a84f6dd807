"""A TCP proxy before MariaDB that exchanges some of the client's statements for another one, whose error the client then gets, or cuts their
connections."""
import re
import socket
import struct
import threading
import time

QUERY = 3  # COM_QUERY


class MysqlRaiser:
    """From the first statement on that matches, for `seconds` (0: that one alone); what comes later, and all else, is forwarded as it is.
    `instead`: None resets the connection, and the statement never arrives."""

    def __init__(self, upstream_port, statements, instead, seconds):
        self.upstream = ("127.0.0.1", int(upstream_port))
        self.pattern = re.compile(rf"\s*(/\*.*?\*/\s*)*({statements})".encode(), re.IGNORECASE | re.DOTALL)
        self.instead, self.seconds = instead and instead.encode(), seconds
        self.until, self.raised = None, 0
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
            threading.Thread(target=self._end_with, args=(self._from_client, client, server), daemon=True).start()
            threading.Thread(target=self._end_with, args=(self._from_server, server, client), daemon=True).start()

    @staticmethod
    def _end_with(forward, source, sink):
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

    @staticmethod
    def _from_server(source, sink):
        while data := source.recv(65536):
            sink.sendall(data)

    def _from_client(self, source, sink):
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
