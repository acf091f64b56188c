"""The service on the wire: HTTP/1.1 on a loopback socket. To drop a request is to close its connection."""

import asyncio

from reliability_core import current_port

from . import trouble
from .http import HOST, hang_up, read_head
from .service import CARRIED_OUT, CLIENT_LEFT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from typing import Any, Optional, Tuple

    from .service import Service

PORTS = (20000, 30000)  # below the range from which systems take ports for outgoing connections
TRIES = 50
BACKLOG = 512  # a full backlog costs the client a second, and that would be nobody's script

_REASONS = {200: "OK", 500: "Internal Server Error", 503: "Service Unavailable"}
_STATUS = {trouble.ANSWER: 200, trouble.SLOW: 200, trouble.ERROR: 500, trouble.BUSY: 503}


class Server:
    """Serves one `Service`. `start()` raises where the runtime has no listening sockets."""

    def __init__(self, service: "Service") -> None:
        self.service = service
        self.port = 0
        self.connections = 0  # open now
        self._server: "Any" = None

    async def start(self) -> None:
        """Listen on a free port.

        It is taken at random, since MicroPython cannot tell which one the system has chosen.
        """
        low, high = PORTS
        for _ in range(TRIES):
            port = low + current_port().entropy() % (high - low)
            try:
                self._server = await asyncio.start_server(self._serve, HOST, port, backlog=BACKLOG)
            except OSError:
                continue
            self.port = port
            return
        raise OSError("no free port on %s between %d and %d" % (HOST, low, high))

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: "StreamReader", writer: "StreamWriter") -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, EOFError, ValueError, LookupError):
            pass  # the client went away, or what it sent was not HTTP
        except asyncio.CancelledError:
            pass  # Ctrl-C: the end of this task in any case, and CPython 3.11 would complain of it
        finally:
            self.connections -= 1
            await hang_up(writer)

    async def _answer(self, reader: "StreamReader", writer: "StreamWriter") -> bool:
        """Serve one request; -> whether the connection stays open for another."""
        asked = await _read_request(reader)
        if asked is None:
            return False
        row, fate, delay = self.service.receive(asked[0], asked[1])
        ended = CLIENT_LEFT
        try:
            if await _client_leaves_within(reader, delay):
                return False
            if fate in _STATUS:
                writer.write(_response(_STATUS[fate]))
                await writer.drain()
            ended = CARRIED_OUT
        finally:
            self.service.end(row, ended)
        return fate in _STATUS


async def _read_request(reader: "StreamReader") -> "Optional[Tuple[int, int]]":
    """-> (call, attempt), or None when the client has no more requests.

    Raises ValueError, IndexError or KeyError if the request is not one of ours.
    """
    first, headers, _ = await read_head(reader)
    if not first:
        return None
    return int(first.split()[1].rpartition("/")[2]), int(headers["x-attempt"])


async def _client_leaves_within(reader: "StreamReader", seconds: float) -> bool:
    """Wait; True as soon as the client closes its end, as one does that timed out."""
    if seconds < 0.05:
        await asyncio.sleep(seconds)
        return False
    try:
        await asyncio.wait_for(reader.read(1), seconds)
    except asyncio.TimeoutError:
        return False
    return True


def _response(status: int) -> bytes:
    body = "fresh\n" if status == 200 else "%s\n" % _REASONS[status]
    later = "Retry-After: %d\r\n" % trouble.RETRY_AFTER if status == 503 else ""
    head = "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n%s\r\n"
    return (head % (status, _REASONS[status], len(body), later) + body).encode()
