"""A proxy before a database server that hurts dvt at the Kth of the statements that it sends over all its connections."""
import socket
import struct
import threading
import time

from harness.local_proxy import LocalProxy

MYSQL_COMMANDS = (0x03, 0x16, 0x17)  # a query, a statement that is prepared, one that is executed
NO_STARTUP = (80877103, 80877104)  # asks for encryption
CANCEL = 80877102


def postgres_messages(stream):
    """(bytes, whether it is a statement): simple queries, executions, and the end of COPY data."""
    while len(head := stream.read(4)) == 4:
        rest = stream.read(int.from_bytes(head, "big") - 4)
        yield head + rest, False
        code = int.from_bytes(rest[:4], "big")
        if code == CANCEL:
            return
        if code not in NO_STARTUP:
            break
    while len(head := stream.read(5)) == 5:
        yield head + stream.read(int.from_bytes(head[1:], "big") - 4), head[:1] in (b"Q", b"E", b"c", b"f")


def mysql_messages(stream):
    """The same: commands, and the empty packet behind the rows of LOAD DATA."""
    while len(head := stream.read(4)) == 4:
        length = int.from_bytes(head[:3], "little")
        content = stream.read(length)
        yield head + content, (head[3] == 0 and content[:1] and content[0] in MYSQL_COMMANDS) or (length == 0 and head[3] > 1)


class WireFault(LocalProxy):
    """`kind`: "" only counts; "reset": the statement never arrives; "answer lost": it arrives, and its connection is reset before anything comes
    back; "kill -9 of dvt": `kill` is called when it was forwarded. Only once."""

    def __init__(self, upstream_port, messages, kind="", number=0, kill=None):
        self.messages, self.kind, self.number, self.kill = messages, kind, number, kill
        self.count, self.mute, self.statement = 0, set(), ""
        super().__init__(upstream_port)

    def from_client(self, source, sink):
        with source.makefile("rb", 65536) as stream:
            for message, counts in self.messages(stream):
                if not (counts and self._is_it(message)):
                    sink.sendall(message)
                    continue
                if self.kind == "reset":
                    self._reset(source, sink)
                    return
                if self.kind == "answer lost":
                    self.mute.add(sink)
                    sink.sendall(message)
                    time.sleep(0.3)  # until it is done
                    self._reset(source, sink)
                    return
                sink.sendall(message)
                self.kill()

    def from_server(self, source, sink):
        while data := source.recv(65536):
            if source not in self.mute:
                sink.sendall(data)

    def _is_it(self, message):
        with self.lock:
            self.count += 1
            if self.count == self.number:
                self.statement = message[:300].decode(errors="replace")
            return self.kind != "" and self.count == self.number

    @staticmethod
    def _reset(*ends):
        for end in ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class KillSwitch:
    """Ends a process that begins after the proxy that may end it."""

    def __init__(self):
        self.process, self.begun = None, threading.Event()

    def begin(self, process):
        self.process = process
        self.begun.set()

    def __call__(self):
        self.begun.wait()
        self.process.kill()
