"""What strangers send to the address of the Web Connector: raw bytes over real connections."""

import contextlib
import functools
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import httpx

NAMESPACE = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TYPE = "text/xml; charset=utf-8"
MEGABYTE = 1 << 20


class Address(NamedTuple):
    """Where a connection's Web Connector calls."""

    port: int
    path: str

    @property
    def url(self) -> str:
        """The whole of it."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        """Returns the answer to one body."""
        given = {"Content-Type": TYPE, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return _client().post(self.url, content=body, headers=given)

    def ask(self, operation: str, *values: tuple[str, str]) -> httpx.Response:
        """Returns the answer to one call."""
        return self.post(call(operation, *values))

    def head(self, *headers: str) -> bytes:
        """Returns the beginning of a request by hand, up to its body."""
        lines = [f"POST {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {TYPE}", *headers, "", ""]
        return "\r\n".join(lines).encode()


@functools.cache
def _client() -> httpx.Client:
    """Returns the one client of all strangers; to make one for each request takes longer than the request."""
    return httpx.Client(trust_env=False, timeout=120, limits=httpx.Limits(max_connections=None))


def call(operation: str, *values: tuple[str, str], namespace: str = NAMESPACE, soap: str = SOAP) -> bytes:
    """Returns the envelope of a call."""
    said = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values)
    return enveloped(f'<{operation} xmlns="{namespace}">{said}</{operation}>', soap=soap)


def enveloped(content: str, *, before: str = "", soap: str = SOAP) -> bytes:
    """Returns an envelope around some XML, after some other."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{before}<s:Envelope xmlns:s="{soap}"><s:Body>{content}</s:Body>'
        "</s:Envelope>"
    ).encode()


def endless(at: Address, most: int = 200) -> tuple[str, int]:
    """Sends a body without end, in chunks of a megabyte; returns the status line, and how many were sent."""
    chunk = b"100000\r\n" + b"x" * MEGABYTE + b"\r\n"
    with socket.create_connection(("127.0.0.1", at.port), timeout=60) as line:
        line.sendall(at.head("Transfer-Encoding: chunked"))
        sent = 0
        with contextlib.suppress(OSError):  # it hangs up while we send
            while sent < most:
                line.sendall(chunk)
                sent += 1
        try:
            return line.recv(200).split(b"\r\n")[0].decode(), sent
        except OSError:
            return "hung up", sent


@contextlib.contextmanager
def half_open(at: Address, number: int) -> Iterator[Sequence[socket.socket]]:
    """Yields connections on which a request was begun, and nothing more comes."""
    with contextlib.ExitStack() as closing:
        lines = []
        for count in range(number):
            line = closing.enter_context(socket.create_connection(("127.0.0.1", at.port), timeout=60))
            begun = [b"", b"POST /qb", at.head("Content-Length: 5000"), at.head("Content-Length: 5000") + b"<?xml"]
            line.sendall(begun[count % len(begun)])
            lines.append(line)
        yield lines


def resident(number: int) -> float:
    """Returns how much memory a process has, in megabytes."""
    return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * 4096 / MEGABYTE


def most_resident(number: int) -> float:
    """Returns the most memory that a process ever had, in megabytes."""
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
