"""State machines of other packages that take the same steps. None is required: a missing one is not measured."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import attrs
from packages import Package

__all__ = ["MACHINES", "Machine"]

STATES = ("new", "open", "awaiting_info", "resolved", "closed", "cancelled")
STEPS = (
    ("assign_to_me", "new", "open"),
    ("request_info", "open", "awaiting_info"),
    ("resume_work", "awaiting_info", "open"),
)


@attrs.frozen
class Machine(Package):
    """A package, and how to get the two steps between open and awaiting info, for an object that is there already."""

    build: Callable[[], Sequence[Callable[[], object]]]


def transitions() -> Sequence[Callable[[], object]]:
    """A bare model: no guard, no callback."""
    library: Any = import_module("transitions")

    class Case:
        """What the machine gives its methods to."""

    case: Any = Case()
    moves = [{"trigger": trigger, "source": source, "dest": target} for trigger, source, target in STEPS]
    library.Machine(model=case, states=list(STATES), transitions=moves, initial="open", auto_transitions=False)
    return case.request_info, case.resume_work


def python_statemachine() -> Sequence[Callable[[], object]]:
    """A bare machine: no guard, no callback."""
    library: Any = import_module("statemachine")
    final = {"cancelled", "closed"}
    states = {name: library.State(initial=name == "open", final=name in final) for name in STATES}
    moves = {trigger: states[source].to(states[target]) for trigger, source, target in STEPS}
    ends = {f"to_{name}": states["open"].to(states[name]) for name in ("resolved", *sorted(final))}
    ends |= {"again": states["resolved"].to(states["open"]), "begin": states["open"].to(states["new"])}
    case = type("CaseMachine", (library.StateMachine,), {**states, **moves, **ends})()
    return case.request_info, case.resume_work


MACHINES = (Machine("transitions", transitions), Machine("python-statemachine", python_statemachine))
