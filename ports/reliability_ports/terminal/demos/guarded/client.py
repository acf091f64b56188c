"""A small HTTP client that logs every attempt with its outcome and latency.

`Client` talks over the wire. `SimulatedClient` is for runtimes without sockets: it asks the service in this process.
"""

import asyncio

from . import trouble
from .http import HOST, hang_up, read_head
from .records import Rows
from .service import CARRIED_OUT, CLIENT_LEFT, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from typing import List, Optional, Tuple

    from .service import Service
    from .watch import Watch

    Response = Tuple[int, Optional[float], str]  # status, retry_after, body

KEY, OUTCOME, STARTED, LATENCY = range(4)  # the columns of the log
OK, ERROR, BUSY, NO_ANSWER, GAVE_UP, NOT_SENT = range(6)
OUTCOMES = ("200", "500", "503", "no answer", "cut off", "not sent")

_OUTCOME_OF_STATUS = {200: OK, 500: ERROR, 503: BUSY}


class ServiceError(Exception):
    """The service answered with an error. `retry_after`: the seconds it asks for, or None."""

    def __init__(self, status: int, retry_after: "Optional[float]" = None) -> None:
        super().__init__(status, retry_after)
        self.status = status
        self.retry_after = retry_after

    def __str__(self) -> str:
        return "the service answered %d" % self.status


class NoAnswer(Exception):
    """The connection was closed, or could not be opened, before an answer came."""


class LoggedClient:
    """Keeps the log; `_exchange` does the talking and says in `sent` when the request is on its way."""

    def __init__(self, watch: "Watch") -> None:
        self.log = Rows(4)
        self._watch = watch

    async def _exchange(self, call: int, attempt: int, sent: "List[bool]") -> "Response":
        raise NotImplementedError

    async def close(self) -> None:
        """Close what is open; the log stays."""

    async def get(self, call: int, attempt: int) -> str:
        """-> the body of a 200. Raises ServiceError or NoAnswer. Whatever happens, one row is logged."""
        started = self._watch.micros()
        sent: "List[bool]" = []
        outcome = None
        try:
            status, retry_after, body = await self._exchange(call, attempt, sent)
            outcome = _OUTCOME_OF_STATUS[status]
        except (OSError, EOFError, NoAnswer) as error:
            outcome = NO_ANSWER if sent else NOT_SENT
            raise NoAnswer(str(error))
        finally:
            if outcome is None:  # cancelled: by a timeout, or by Ctrl-C
                outcome = GAVE_UP if sent else NOT_SENT
            self.log.append(key_of(call, attempt), outcome, started, self._watch.micros() - started)
        if status != 200:
            raise ServiceError(status, retry_after)
        return body


class Client(LoggedClient):
    """Talks to the service at this port of the loopback interface; connections are used again, newest first."""

    def __init__(self, watch: "Watch", port: int) -> None:
        super().__init__(watch)
        self._port = port
        self._idle: "List[Tuple[StreamReader, StreamWriter]]" = []

    async def close(self) -> None:
        """Close the idle connections; the service then ends its side."""
        while self._idle:
            await hang_up(self._idle.pop()[1])

    async def _exchange(self, call: int, attempt: int, sent: "List[bool]") -> "Response":
        connection = self._idle.pop() if self._idle else await asyncio.open_connection(HOST, self._port)
        reader, writer = connection
        response = None
        try:
            request = "GET /quotes/%d HTTP/1.1\r\nHost: %s:%d\r\nX-Attempt: %d\r\n\r\n"
            writer.write((request % (call, HOST, self._port, attempt)).encode())
            sent.append(True)
            await writer.drain()
            response = await _read_response(reader)
            return response
        finally:
            if response is None:  # an answer that nobody waits for any more must not meet the next request
                await hang_up(writer)
            else:
                self._idle.append(connection)


async def _read_response(reader: "StreamReader") -> "Response":
    """-> (status, retry_after or None, body)."""
    first, headers, body = await read_head(reader)
    if not first:
        raise NoAnswer("the service closed the connection")
    missing = int(headers["content-length"]) - len(body)
    if missing:
        body += await reader.readexactly(missing)
    later = headers.get("retry-after")
    return int(first.split()[1]), None if later is None else float(later), body.decode().strip()


class SimulatedClient(LoggedClient):
    """Asks the service in this process: the same fates and delays, without a wire."""

    def __init__(self, watch: "Watch", service: "Service") -> None:
        super().__init__(watch)
        self._service = service

    async def _exchange(self, call: int, attempt: int, sent: "List[bool]") -> "Response":
        sent.append(True)
        row, fate, delay = self._service.receive(call, attempt)
        ended = CLIENT_LEFT
        try:
            await asyncio.sleep(delay)
            ended = CARRIED_OUT
        finally:
            self._service.end(row, ended)
        if fate == trouble.ERROR:
            return 500, None, ""
        if fate == trouble.BUSY:
            return 503, float(trouble.RETRY_AFTER), ""
        if fate in (trouble.HANG, trouble.DROP):
            raise NoAnswer("the service closed the connection")
        return 200, None, "fresh"
