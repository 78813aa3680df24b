"""Time that is worked on a case or one of its tasks: entered once, counted by hours entitlements and by its cost."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from csmcore.model import Action, LogTime, Reason, Refusal, TimeEntry, TimeEntryId
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.parties import is_agent
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.tasks.task_table import unfit

__all__ = ["TIME"]

_NO_TASK = Reason("not_permitted", "time on the case as a whole is entered by an agent; name your task", ("task",))
_OF_OTHERS = Reason("not_permitted", "the time of others is entered by an agent", ("user",))
_NOT_YET = Reason("in_the_future", "it was not worked yet", ("at",))


def _log_time(moment: Moment, command: LogTime) -> Step | Refusal:
    """The entry, whose id is the place in the history that it takes. No field of the case changes."""
    refusals = tuple(_unenterable(moment, command))
    if refusals:
        return Refusal(refusals)
    case = moment.case
    entry = TimeEntry(
        id=TimeEntryId(f"{case.id}/{case.version + 1}/t0"),
        case=case.id,
        by=command.user or moment.actor.id,
        seconds=command.seconds or 0,
        at=command.at or moment.now,
        task=command.task,
        text=command.text,
    )
    of_task = {} if entry.task is None else {"task": entry.task}
    logged = Happening("time_logged", {}, {"entry": entry.id, "seconds": entry.seconds, **of_task})
    return moment.step(logged, time=(entry,))


def _unenterable(moment: Moment, command: LogTime) -> Iterator[Reason]:
    actor = moment.actor
    if command.task is None:
        if not is_agent(actor):
            yield _NO_TASK
    else:
        yield from unfit("log_time", moment.case, command.task, actor, moment.facts)
    if command.user not in {None, actor.id} and not is_agent(actor):
        yield _OF_OTHERS
    if command.at is not None and command.at > moment.now:
        yield _NOT_YET


TIME: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType({"log_time": _log_time})
"""By the command's action."""
