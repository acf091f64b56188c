"""The result as one JSON object, of the shape that `about.HELP` documents."""

from json import dumps

from .figures import QUANTILES
from .guard import REASONS
from .trouble import SCRIPT
from .verdict import CRITERION
from .where import where
from .world import ARRIVED, LATENCY, RESULT, RESULTS, WAITING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

    from .agreement import Agreement
    from .figures import Figures
    from .result import Result
    from .strips import Move
    from .verdict import Measure


def as_json(result: "Result") -> str:
    run = result.run
    unguarded, guarded = result.figures
    return dumps(
        {
            "demo": "guarded",
            "seed": run.seed,
            "better": result.better,
            "agreed": result.agreed,
            "criterion": CRITERION,
            "seconds": result.seconds,
            "cost_per_call": result.cost,
            "lateness": run.lateness,
            "runtime": {"where": where(), "simulated": run.simulated, "ports": run.ports},
            "measures": [_measure(measure) for measure in result.measures],
            "phases": [_phase(i, unguarded, guarded) for i in range(len(SCRIPT))],
            "unguarded": _figures(unguarded, result.agreements[0]),
            "guarded": _figures(guarded, result.agreements[1]),
            "breaker": [_move(move) for move in result.transitions],
            "stale_because": _because(run.guarded.stale_because),
            "slowest_call": _slowest(result),
        }
    )


def _measure(measure: "Measure") -> "Dict[str, Any]":
    return {
        "name": measure.key,
        "unguarded": measure.unguarded,
        "guarded": measure.guarded,
        "better": measure.better,
    }


def _phase(i: int, unguarded: "Figures", guarded: "Figures") -> "Dict[str, Any]":
    return {
        "name": SCRIPT[i].name,
        "starts": SCRIPT[i].starts,
        "ends": SCRIPT[i].ends,
        "unguarded": _results(unguarded.by_phase[i]),
        "guarded": _results(guarded.by_phase[i]),
    }


def _results(counted: "List[int]") -> "Dict[str, Any]":
    results: "Dict[str, Any]" = {}
    for kind in range(len(RESULTS)):
        if kind != WAITING:
            results[RESULTS[kind]] = counted[kind]
    return results


def _figures(figures: "Figures", agreement: "Agreement") -> "Dict[str, Any]":
    quantiles = {"1": figures.quantile(1)}
    for q in QUANTILES:
        quantiles["%g" % q] = figures.quantile(q)
    per_call = {}
    for made in figures.attempts:
        per_call[str(made)] = figures.attempts[made]
    return {
        "results": _results(figures.results),
        "calls": figures.calls,
        "waited": figures.waited,
        "waited_in_vain": figures.waited_in_vain,
        "quantiles": quantiles,
        "requests_per_call": per_call,
        "requests_sent": agreement.sent,
        "requests_seen": agreement.seen,
        "disputes": agreement.disputes,
        "unexpected": figures.surprises,
    }


def _because(counted: "List[int]") -> "Dict[str, Any]":
    because = {}
    for i in range(len(REASONS)):
        because[REASONS[i]] = counted[i]
    return because


def _move(move: "Move") -> "Dict[str, Any]":
    return {"at": move[0] / 1e6, "from": move[1], "to": move[2], "reason": move[3]}


def _slowest(result: "Result") -> "Optional[Dict[str, Any]]":
    if result.slowest is None:
        return None
    calls = result.run.guarded.calls
    attempts = [
        {"number": one.number, "began": one.began, "took": one.took, "outcome": one.outcome} for one in result.attempts
    ]
    return {
        "call": result.slowest,
        "arrived": calls.get(result.slowest, ARRIVED) / 1e6,
        "latency": calls.get(result.slowest, LATENCY) / 1e6,
        "result": RESULTS[calls.get(result.slowest, RESULT)],
        "attempts": attempts,
    }
