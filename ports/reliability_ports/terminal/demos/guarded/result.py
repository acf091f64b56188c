"""Everything that is known after both runs: the report and the JSON object are two views of it."""

from .agreement import Agreement
from .figures import Figures, attempts_of
from .trouble import SCRIPT
from .verdict import measures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .run import Run


class Result:
    """`.better` is the verdict, `.agreed` whether the services' logs confirm the counts."""

    def __init__(self, run: "Run", seconds: float, cost: float) -> None:
        self.run = run
        self.seconds = seconds
        self.cost = cost  # seconds a guarded call takes more than a bare one
        self.figures = [Figures(world) for world in run.worlds]
        self.agreements = [Agreement(world) for world in run.worlds]
        self.measures = measures(self.figures[0], self.figures[1])
        self.better = all(measure.better for measure in self.measures)
        self.agreed = not any(agreement.disputes for agreement in self.agreements)
        self.transitions = run.guarded.transitions
        self.slowest = self.figures[1].slowest
        self.attempts = [] if self.slowest is None else attempts_of(run.guarded, self.slowest)

    @property
    def exit_code(self) -> int:
        return 0 if self.better and self.agreed else 1

    def extra_requests(self) -> int:
        """How many more requests the guard sent while the service was not down: its retries."""
        difference = 0
        for i in range(len(SCRIPT)):
            if SCRIPT[i].name != "outage":
                difference += self.figures[1].requests[i] - self.figures[0].requests[i]
        return difference
