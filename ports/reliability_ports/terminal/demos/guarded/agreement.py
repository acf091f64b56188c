"""Does the service's own log agree with what the client counted? Attempt by attempt, not by totals."""

from . import client as wire
from . import service as far
from . import trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from .records import Rows
    from .world import World

_SAYS = {
    wire.OK: (trouble.ANSWER, trouble.SLOW),
    wire.ERROR: (trouble.ERROR,),
    wire.BUSY: (trouble.BUSY,),
    wire.NO_ANSWER: (trouble.HANG, trouble.DROP),
}


class Agreement:
    """`sent` and `seen` are totals, `disputes` the attempts on which the two logs differ.

    `unread` counts attempts given up so early that the service never read them: no dispute.
    """

    def __init__(self, world: "World") -> None:
        self.sent = self.unread = 0
        self.seen = len(world.service.log)
        self.disputes: "List[str]" = []
        self._compare(world.client.log, world.service.log)

    def _compare(self, ours: "Rows", theirs: "Rows") -> None:
        rows = {}
        for row in range(len(theirs)):
            rows[theirs.get(row, far.KEY)] = row
        for row in range(len(ours)):
            outcome = ours.get(row, wire.OUTCOME)
            if outcome == wire.NOT_SENT:
                continue
            self.sent += 1
            key = ours.get(row, wire.KEY)
            self._judge(key, outcome, rows.pop(key, None), theirs)
        for key in rows:
            self.disputes.append("%s: seen by the service only" % _label(key))

    def _judge(self, key: int, outcome: int, row: "Optional[int]", theirs: "Rows") -> None:
        if row is None:
            if outcome == wire.GAVE_UP:
                self.unread += 1
            else:
                self.disputes.append("%s: never seen by the service" % _label(key))
            return
        if outcome == wire.GAVE_UP:
            return  # the service saw the client leave, or its answer crossed with the leaving
        fate = theirs.get(row, far.FATE)
        if fate not in _SAYS[outcome] or theirs.get(row, far.ENDED) != far.CARRIED_OUT:
            self.disputes.append("%s: %s here, %s there" % (_label(key), wire.OUTCOMES[outcome], trouble.FATES[fate]))


def _label(key: int) -> str:
    return "call %d attempt %d" % (key // far.MAX_ATTEMPTS, key % far.MAX_ATTEMPTS)
