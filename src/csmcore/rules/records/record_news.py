"""What of a case goes out to the records that it is linked to: notices for the host to send to their systems."""

from collections.abc import Mapping
from typing import Any

from csmcore.model import (
    Activity,
    Actor,
    Case,
    Comment,
    EventKind,
    Notification,
    RecordKind,
    RelatedRecord,
    frozen,
    made,
)
from csmcore.rules.records.record_updates import RECORD_RULES, CaseNews

__all__ = ["link_notice", "mutes_requester", "outgoing"]

_SETTLED = frozenset({"resolved", "closed", "cancelled"})
_MUTED = "suppress_requester_notifications"


def outgoing(
    case: Case, changes: Mapping[str, Any], activity: tuple[Activity, ...], about: EventKind, by: Actor
) -> tuple[Notification, ...]:
    """What each linked record is to hear of a step: comments by people, a new priority, how the case ends.

    ``case`` is as it was before, ``changes`` all that the step changes. Laws: nothing goes to a record whose own system
    acted, so that two systems never answer each other; work notes go to none, so that what is heard of one record is
    no news to another. A record that is closed hears nothing more.
    """
    news = _news(case, changes, activity) if case.records else {}
    if not news:
        return ()
    return tuple(
        _notice(record, case, about, theirs)
        for record in case.records.values()
        if not (record.is_closed or _speaks(by, record)) and (theirs := _news_of(record.kind, news))
    )


def link_notice(case: Case, record: RelatedRecord, about: EventKind, by: Actor) -> tuple[Notification, ...]:
    """What a record hears of its being linked or unlinked; nothing, where its own system did it."""
    return () if _speaks(by, record) else (_notice(record, case, about, {}),)


def mutes_requester(case: Case, kind: RecordKind) -> bool:
    """Whether a record's system is to write nothing to its requester: somebody outside, whom the case writes to."""
    return RECORD_RULES[kind].is_requested and bool(case.contact or case.consumer)


def _news(case: Case, changes: Mapping[str, Any], activity: tuple[Activity, ...]) -> dict[CaseNews, Any]:
    """What is new, by its name: the comment's id, the priority, the state."""
    news: dict[CaseNews, Any] = {}
    for said in activity:
        if isinstance(said, Comment) and said.by.kind != "system":
            news["comment"] = said.id
    if "priority" in changes:
        news["priority"] = changes["priority"]
    if "state" in changes and not _SETTLED.isdisjoint({case.state, changes["state"]}):
        news["state"] = changes["state"]
    return news


def _news_of(kind: RecordKind, news: Mapping[CaseNews, Any]) -> dict[CaseNews, Any]:
    """What of the news goes out to records of a kind."""
    wanted = RECORD_RULES[kind].news
    return {name: value for name, value in news.items() if name in wanted}


def _speaks(actor: Actor, record: RelatedRecord) -> bool:
    """Whether the actor is the record's own system."""
    return actor.kind == "integration" and actor.id == record.system


def _notice(record: RelatedRecord, case: Case, about: EventKind, news: Mapping[CaseNews, Any]) -> Notification:
    details: dict[str, object] = {name: news[name] for name in ("priority", "state") if name in news}
    if mutes_requester(case, record.kind):
        details[_MUTED] = True
    to, said = (record.key,), news.get("comment")
    notice = {"kind": "update_record", "to": to, "about": about, "activity": said, "details": frozen(details)}
    return made(Notification, notice)
