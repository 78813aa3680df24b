"""What links to records of other systems mean for a case, kind by kind: two tables, and the work note that they word.

The kinds and their updates are ServiceNow's (its integrations with incident, problem, change and request management,
its blocked-by flows, its rules for knowledge and appointments). Where it is silent we chose: a cancelled record blocks
no longer, just as a closed one; and a case has at most 100 records of a kind of which it may have several.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from csmcore.model import RECORD_TEXTS, BlockerReason, HearOfRecord, RecordChange, RecordKind, RelatedRecord

__all__ = [
    "RECORD_RULES",
    "RECORD_UPDATES",
    "CaseNews",
    "RecordRule",
    "RecordUpdate",
    "note_of_update",
    "title_of",
]

CaseNews: TypeAlias = Literal["comment", "priority", "state"]
"""What of a case may be news to a record: a comment, a new priority, its being resolved, ended or taken up again."""


class RecordRule(NamedTuple):
    """What holds for one kind of record: how many of it a case has at most, and whether it blocks the case.

    ``news`` is what of the case goes out to it; ``is_requested`` says that it has a requester, who is not to be
    written to by two systems.
    """

    most: int
    blocks: bool
    news: frozenset[CaseNews]
    is_requested: bool = False


_MANY = 100
_ALL_NEWS: frozenset[CaseNews] = frozenset({"comment", "priority", "state"})
_STATE: frozenset[CaseNews] = frozenset({"state"})
_NONE: frozenset[CaseNews] = frozenset()

RECORD_RULES: Mapping[RecordKind, RecordRule] = MappingProxyType(
    {
        "incident": RecordRule(1, blocks=True, news=_ALL_NEWS, is_requested=True),
        "problem": RecordRule(1, blocks=True, news=frozenset({"priority", "state"})),
        "change": RecordRule(1, blocks=True, news=_STATE),
        "request": RecordRule(_MANY, blocks=True, news=frozenset({"comment", "state"}), is_requested=True),
        "work_order": RecordRule(_MANY, blocks=True, news=_ALL_NEWS),
        "knowledge": RecordRule(_MANY, blocks=False, news=_NONE),
        "appointment": RecordRule(_MANY, blocks=False, news=_STATE),
        "project": RecordRule(_MANY, blocks=False, news=_STATE),
        "workplace_request": RecordRule(_MANY, blocks=False, news=_STATE, is_requested=True),
        "improvement": RecordRule(_MANY, blocks=False, news=_STATE),
    }
)
"""Every kind of record: how many, whether it blocks, and what it is told of the case. Work notes are told to none."""


class RecordUpdate(NamedTuple):
    """What one kind of update means: what the work note says, and what it tells, which are fields and their labels.

    ``needs`` are the fields that must be told. ``state`` is the record's state since, unless the update names another;
    None: the update is not about the state. ``closes``: the record is closed by it. ``unblocks`` are the reasons for
    which a case no longer waits for the record.
    """

    says: str
    tells: Mapping[str, str]
    needs: tuple[str, ...] = ()
    state: str | None = None
    closes: bool = False
    unblocks: frozenset[BlockerReason] = frozenset()


def _tells(**labels: str) -> Mapping[str, str]:
    return MappingProxyType(labels)


_ANY: frozenset[BlockerReason] = frozenset({"task_resolution", "problem_workaround", "other"})
_FIX: frozenset[BlockerReason] = frozenset({"task_resolution", "problem_workaround"})
_WORKAROUND: frozenset[BlockerReason] = frozenset({"problem_workaround"})

_NEW_STATE = RecordUpdate("has a new state", _tells(state="State", reason="Reason"), ("state",), state="")
_COMMENT = RecordUpdate("was commented on", _tells(text="Comment"), ("text",))
_CLOSED = RecordUpdate(
    "was closed", _tells(state="State", code="Code", text="Notes"), state="closed", closes=True, unblocks=_ANY
)
_CANCELLED = RecordUpdate(
    "was cancelled", _tells(state="State", reason="Reason"), state="cancelled", closes=True, unblocks=_ANY
)
_CAUSE_AND_FIX = _tells(state="State", code="Code", cause="Cause", text="Fix")
_WORK: Mapping[RecordChange, RecordUpdate] = MappingProxyType(
    {"state": _NEW_STATE, "comment": _COMMENT, "closed": _CLOSED, "cancelled": _CANCELLED}
)

RECORD_UPDATES: Mapping[RecordKind, Mapping[RecordChange, RecordUpdate]] = MappingProxyType(
    {
        "incident": MappingProxyType(
            {
                "state": _NEW_STATE,
                "on_hold": RecordUpdate(
                    "was put on hold", _tells(state="State", reason="Reason"), ("reason",), state="on_hold"
                ),
                "comment": _COMMENT,
                "resolved": RecordUpdate(
                    "was resolved", _tells(state="State", code="Code", text="Notes"), state="resolved"
                ),
                "closed": _CLOSED,
                "cancelled": _CANCELLED,
            }
        ),
        "problem": MappingProxyType(
            {
                "state": _NEW_STATE,
                "workaround": RecordUpdate(
                    "has a workaround", _tells(text="Workaround"), ("text",), unblocks=_WORKAROUND
                ),
                "fix": RecordUpdate("has a fix", _tells(text="Fix"), ("text",), unblocks=_FIX),
                "known_error": RecordUpdate("has a known error article", _tells(text="Article"), ("text",)),
                "resolved": RecordUpdate("was resolved", _CAUSE_AND_FIX, state="resolved"),
                "risk_accepted": RecordUpdate(
                    "was closed, since its risk is accepted",
                    _tells(state="State", cause="Cause", reason="Reason", text="Fix"),
                    ("reason",),
                    state="closed",
                    closes=True,
                    unblocks=_ANY,
                ),
                "closed": RecordUpdate("was closed", _CAUSE_AND_FIX, state="closed", closes=True, unblocks=_ANY),
                "cancelled": _CANCELLED._replace(needs=("reason",)),
            }
        ),
        "change": MappingProxyType(
            {
                "state": _NEW_STATE,
                "type": RecordUpdate("has a new type", _tells(text="Type"), ("text",)),
                "on_hold": RecordUpdate("was put on hold", _tells(reason="Reason"), ("reason",)),
                "hold_removed": RecordUpdate("is on hold no longer", _tells(text="Notes")),
                "comment": _COMMENT,
                "closed": _CLOSED,
                "cancelled": _CANCELLED,
            }
        ),
        "request": _WORK,
        "work_order": _WORK,
        "knowledge": MappingProxyType(
            {
                "state": _NEW_STATE,
                "updated": RecordUpdate("was updated", _tells(text="Change")),
                "closed": RecordUpdate(
                    "was retired", _tells(state="State", text="Notes"), state="retired", closes=True, unblocks=_ANY
                ),
            }
        ),
        "appointment": MappingProxyType(
            {
                "state": _NEW_STATE,
                "updated": RecordUpdate("was updated", _tells(text="Details"), ("text",)),
                "closed": _CLOSED,
                "cancelled": _CANCELLED,
            }
        ),
        "project": _WORK,
        "workplace_request": _WORK,
        "improvement": _WORK,
    }
)
"""Everything that a case may hear of a record, by its kind and what happened. What is not here, does not happen to it.

A change keeps its state on hold, an incident has one for it (ServiceNow's). That an incident or a problem is resolved
unblocks nothing: it may still come back; its being closed does.
"""


def title_of(record: RelatedRecord) -> str:
    """The record as people call it, such as ``Work order WO7``."""
    return f"{record.kind.replace('_', ' ').capitalize()} {record.record}"


def note_of_update(record: RelatedRecord, update: RecordUpdate, command: HearOfRecord, *, is_late: bool) -> str:
    """The work note about an update: what happened, then each thing that it tells on a line of its own."""
    first = f"{title_of(record)} {update.says}" + (" (heard late: it has moved on since)" if is_late else "")
    told = ((update.tells[name], getattr(command, name)) for name in RECORD_TEXTS if name in update.tells)
    return "\n".join([first, *(f"{label}: {value}" for label, value in told if value.strip())])
