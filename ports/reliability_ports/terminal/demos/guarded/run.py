"""Both runs at once: two services with the same seed, the same calls at the same moments, one clock."""

import asyncio

from reliability_core import current_port

from . import trouble
from .client import Client, SimulatedClient
from .guard import Guarded
from .server import Server
from .service import Service
from .watch import Watch
from .world import Unguarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Tuple

    from .client import LoggedClient
    from .world import World

SETTLE = 1.0  # seconds for the services to notice the last clients that went away


class Run:
    """The demo in progress: the screen reads it, `play()` drives it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.watch = Watch()
        self.simulated: "Optional[str]" = None  # why there is no wire, where there is none
        self.ports: "List[int]" = []
        self.worlds: "List[World]" = []
        self.lateness = 0.0  # seconds by which a call was begun too late, at worst
        self._servers: "List[Server]" = []

    @property
    def guarded(self) -> Guarded:
        guarded = self.worlds[1]
        assert isinstance(guarded, Guarded)
        return guarded

    async def open(self) -> None:
        """Start a service for each run; without sockets simulate it, and say so in `simulated`."""
        self.worlds.append(Unguarded(self.watch, *await self._service_and_client()))
        self.worlds.append(Guarded(self.watch, *await self._service_and_client()))

    async def _service_and_client(self) -> "Tuple[Service, LoggedClient]":
        service = Service(self.seed, self.watch)
        port = current_port()
        if not port.capabilities.get("sockets", True):
            self.simulated = "%s has no sockets" % port.name
            return service, SimulatedClient(self.watch, service)
        server = Server(service)
        await server.start()
        self._servers.append(server)
        self.ports.append(server.port)
        return service, Client(self.watch, server.port)

    async def play(self) -> None:
        """Make every call of the script in both worlds, and wait for the last answer."""
        self.watch.restart()
        for number, due in enumerate(trouble.arrivals(self.seed)):
            await self._wait_until(due)
            self.lateness = max(self.lateness, self.watch.micros() / 1e6 - due)
            for world in self.worlds:
                world.start(number, int(due * 1e6))
        while any(world.waiting for world in self.worlds):
            await asyncio.sleep(0.02)

    async def _wait_until(self, due: float) -> None:
        while True:  # some loops wake a millisecond early
            ahead = due - self.watch.micros() / 1e6
            if ahead <= 0:
                return
            await asyncio.sleep(ahead + 0.001)

    async def settle(self) -> None:
        """Hang up, and wait, at most `SETTLE` seconds, until the services have seen every client leave."""
        for world in self.worlds:
            await world.client.close()
        for _ in range(20):
            if not any(world.service.pending for world in self.worlds) and not self._connections():
                return
            await asyncio.sleep(SETTLE / 20)

    def _connections(self) -> int:
        return sum([server.connections for server in self._servers])

    def close(self) -> None:
        """Stop the services and give up what still waits."""
        for server in self._servers:
            server.stop()
        for world in self.worlds:
            world.cancel()
