"""Docker's name server: the name of a service has the addresses of its replicas."""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingUDPServer

A, INTERNET = b"\x00\x01", b"\x00\x01"
ANSWERED, NO_SUCH_NAME = b"\x81\x80", b"\x81\x83"
HEADER = 12
ITS_NAME_IS_AT = b"\xc0\x0c"  # in the question
FOR_NO_TIME = bytes(4)


@contextmanager
def name_server(addresses: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where it listens. The addresses may change meanwhile, as containers come and go."""

    class Asked(BaseRequestHandler):
        def handle(self) -> None:
            query, door = self.request
            door.sendto(_answer(query, addresses), self.client_address)

    with ThreadingUDPServer(("127.0.0.1", 0), Asked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _answer(query: bytes, addresses: Mapping[str, Sequence[str]]) -> bytes:
    """A name that is there has no address of another kind: that is an empty answer, not a no."""
    name, end = _name(query)
    kind, question = query[end : end + 2], query[HEADER : end + 4]
    known = addresses.get(name)
    rows = [_row(address) for address in known or [] if kind == A]
    says = NO_SUCH_NAME if known is None else ANSWERED
    counts = b"\x00\x01" + len(rows).to_bytes(2) + bytes(4)
    return query[:2] + says + counts + question + b"".join(rows)


def _name(query: bytes) -> tuple[str, int]:
    """What is asked about, and where that ends."""
    words, at = [], HEADER
    while length := query[at]:
        words.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(words), at + 1


def _row(address: str) -> bytes:
    return ITS_NAME_IS_AT + A + INTERNET + FOR_NO_TIME + b"\x00\x04" + socket.inet_aton(address)
