"""What keeps a case from going on: named, and resolved, which asks for attention."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from csmcore.errors import shown
from csmcore.model import Action, AddBlocker, Blocker, Reason, Refusal, ResolveBlocker, says_something
from csmcore.rules.cases.moments import BY_CUSTOMER, Moment
from csmcore.rules.cases.steps import Happening, Step

__all__ = ["BLOCKING", "blocked", "nothing_to_resolve", "unblocked"]

_BY_REQUEST = Reason("request_info_instead", "the customer is waited for by asking them: request info", ("reason",))
_BY_STATE = Reason("still_awaited", "the case waits for its customer: resume work instead", ("blocker",))
_NO_BLOCKER = Reason("no_blocker", "nothing blocks the case", ("blocker",))
_NO_TEXT = Reason("missing", "text or record is missing", ("text", "record"))


def blocked(key: str, blocker: Blocker) -> Happening:
    """The case waits for something."""
    return Happening("blocker_added", {"blockers": {key: blocker}})


def unblocked(moment: Moment, key: str) -> Iterator[Happening]:
    """What the case waited for under this key is there, if it did wait; the case then asks for attention."""
    blocker = moment.case.blockers.get(key)
    if blocker is not None and blocker.is_active:
        changes: dict[str, Any] = {"blockers": {key: moment.resolved(blocker)}}
        if not (moment.case.needs_attention or moment.case.is_terminal):
            changes["needs_attention"] = True
        yield Happening("blocker_resolved", changes)


def _add_blocker(moment: Moment, command: AddBlocker) -> Step | Refusal:
    case = moment.case
    key = command.record or f"other-{case.version + 1}"
    refusals = tuple(_unfit(moment, command, key))
    if refusals or command.reason is None:
        return Refusal(refusals)
    blocker = Blocker(
        reason=command.reason, record=command.record, text=command.text, since=moment.now, by=moment.actor.id
    )
    return moment.step(blocked(key, blocker))


def _unfit(moment: Moment, command: AddBlocker, key: str) -> Iterator[Reason]:
    case, record = moment.case, command.record
    known = case.blockers.get(key)
    if command.reason == "customer_information":
        yield _BY_REQUEST
    if record is None and not says_something(command.text):
        yield _NO_TEXT
    task, linked = case.tasks.get(record or ""), case.records.get(record or "")
    if record is not None and (task is None or not task.is_open) and (linked is None or linked.is_closed):
        yield Reason("unknown_record", f"{shown(record)}: the case has no such open task or record", ("record",))
    if known is not None and known.is_active:
        yield Reason("already_blocked", f"{shown(key)} blocks the case already", ("record",))
    if command.reason == "problem_workaround" and (linked is None or linked.kind != "problem"):
        yield Reason("no_problem", "a workaround is one of a problem; name the problem", ("record",))


def _resolve_blocker(moment: Moment, command: ResolveBlocker) -> Step | Refusal:
    key = command.blocker or ""
    if _is_awaited(moment, key):
        return Refusal((_BY_STATE,))
    happened = tuple(unblocked(moment, key))
    if not happened:
        return Refusal((Reason("unknown_blocker", f"{shown(key)} does not block the case", ("blocker",)),))
    return moment.step(*happened)


def nothing_to_resolve(moment: Moment) -> Iterator[Reason]:
    """Why no blocker can be resolved now: there is none but the customer, who is still waited for, or none at all."""
    active = [key for key, blocker in moment.case.blockers.items() if blocker.is_active]
    if all(_is_awaited(moment, key) for key in active):
        yield _BY_STATE if active else _NO_BLOCKER


def _is_awaited(moment: Moment, key: str) -> bool:
    return key == BY_CUSTOMER and moment.case.state == "awaiting_info"


BLOCKING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {"add_blocker": _add_blocker, "resolve_blocker": _resolve_blocker}
)
"""By the command's action."""
