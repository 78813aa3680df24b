"""Taking messages in: each becomes a comment on the case that it belongs to, or a case, or nothing.

Where a message belongs is asked in this order, and the first place that is the sender's own decides: the message that
it answers; those that it refers to, the newest first; a message before it that mentioned it; the numbers in its
subject. **Nobody is led to a case in which they have no part**: what is another's is as unknown as what does not exist.
So a number that was guessed opens a case of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import attrs

from csmcore.calendars import as_utc
from csmcore.model import (
    Actor,
    AddComment,
    Case,
    CaseId,
    KnownCase,
    Message,
    MessageDecision,
    MessageFacts,
    MessageOutcome,
    OpenCase,
    Reason,
    Refusal,
    SubjectToken,
    SupportPolicy,
    says_something,
)
from csmcore.rules.cases.case_types import parties_in
from csmcore.rules.cases.flows import Flows, compile_flows, flow_of
from csmcore.rules.cases.intake import follow_up
from csmcore.rules.cases.refusing import verdict
from csmcore.rules.cases.subjects import BRACKETS, numbers_in, short_description_of
from csmcore.rules.cases.transitions import Party

__all__ = ["UniqueMessages", "decide_message", "unique_messages"]

_NOTHING_TO_SAY = Reason("nothing_to_say", "the message says nothing", ("subject", "text"))
_REUSED = Reason("message_id_reused", "another message had this id", ("message_id",))
_TAKEN = Reason("duplicate_message", "the message was taken in before", ("message_id",))
_OPENED = Reason("case_opened", "it is of no case of the sender's yet: it opens one")
_FORM_LEFT = Reason("form_left_out", "there is a case already: what else was filled in is left out", ("form",))
_MERGED = Reason("case_merged", "that case has been merged: it goes on in another", ("case",))
_WENT_ON = Reason("case_followed", "that case has ended, and another goes on from it", ("case",))
_FOLLOWS = Reason("follow_up_opened", "that case has ended: a new one goes on from it", ("case",))
_NO_FORM = OpenCase()
_MOST_HOPS = 100  # mergers and follow-ups that one way leads through

_UNFIT: tuple[tuple[Callable[[Message, MessageFacts], bool], Reason], ...] = (
    (
        lambda message, _: message.is_automatic,
        Reason("automatic_message", "nobody wrote it: answering would go on forever", ("is_automatic",)),
    ),
    (lambda _, facts: facts.is_own, Reason("own_message", "the desk sent it itself", ("message_id",))),
    (
        lambda _, facts: facts.is_sender_blocked,
        Reason("sender_blocked", "nothing is taken in from this sender", ("sender_address",)),
    ),
    (lambda message, _: not _says_anything(message), _NOTHING_TO_SAY),
)
"""What is never taken in, and why."""

_PEOPLE: frozenset[Party] = frozenset({"customer", "agent"})
_SENDERS: frozenset[Party] = _PEOPLE | {"system", "integration"}


class _Route(NamedTuple):
    """A way to a case: who may go it, and what is said of one that was taken, and of one that was not."""

    to: frozenset[Party]
    taken: Reason
    passed: Reason


def _route(name: str, field: str, taken: str, passed: str, to: frozenset[Party] = _SENDERS) -> _Route:
    return _Route(to, Reason(f"by_{name}", taken, (field,)), Reason(f"not_by_{name}", passed, (field,)))


_ROUTES: Mapping[str, _Route] = MappingProxyType(
    {
        "reply": _route(
            "reply",
            "in_reply_to",
            "it answers a message of the case",
            "the message that it answers is of no case of the sender's",
        ),
        "references": _route(
            "references",
            "references",
            "it refers to a message of the case",
            "a message that it refers to is of no case of the sender's",
        ),
        "mention": _route(
            "mention",
            "message_id",
            "a message of the case had mentioned it",
            "a message that had mentioned it is of no case of the sender's",
        ),
        "number": _route(
            "number",
            "subject",
            "its subject has the number of the case",
            "a number in its subject is that of no case of the sender's",
            _PEOPLE,
        ),
    }
)
"""The ways to a case, in the order in which they are asked. A number in a subject leads people only, no machines."""


class UniqueMessages(NamedTuple):
    """A batch without its repetitions: the messages, and which in the batch repeats which, by their positions."""

    messages: tuple[Message, ...]
    repeated: Mapping[int, int]


class _Place(NamedTuple):
    """The end of a way: the case to comment on, or the ended one that the new case ``goes_on``; else why neither."""

    case: CaseId | None
    goes_on: OpenCase | None
    reasons: tuple[Reason, ...]


def unique_messages(messages: Iterable[Message]) -> UniqueMessages:
    """The first message of each channel and id; each later one is a duplicate of it, whatever it says."""
    first: dict[tuple[str, str], int] = {}
    kept, repeated = [], {}
    for position, message in enumerate(messages):
        found = first.setdefault((message.channel, message.message_id), position)
        if found == position:
            kept.append(message)
        else:
            repeated[position] = found
    return UniqueMessages(tuple(kept), MappingProxyType(repeated))


def decide_message(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    message: Message,
    actor: Actor,
    facts: MessageFacts,
    policy: SupportPolicy,
    now: datetime,
    token: SubjectToken = BRACKETS,
) -> MessageDecision | Refusal:
    """What becomes of a message: a comment, a new case, a follow-up, nothing new; or every reason why nothing.

    ``policy`` is the current one, which a new case would pin. The command is still to be decided like any other, which
    may refuse it. Laws: an automatic message never becomes anything; the sender has part in the case that it goes to;
    in whatever order, and however often, the messages of a conversation that refer to its first one arrive, they make
    one case. Raises NaiveDatetime.
    """
    now = as_utc(now)
    if facts.taken_into is not None:
        return _again(message, actor, facts, facts.taken_into)
    unfit = tuple(reason for holds, reason in _UNFIT if holds(message, facts))
    if unfit:
        return Refusal(unfit)
    known = {known.case.id: known for known in facts.cases}
    passed: list[Reason] = []
    for route, case_id in dict.fromkeys(_ways(message, facts, token)):
        place = _place(case_id, route, known, actor, policy, now)
        if isinstance(place, Refusal):
            return place
        if place.case is not None:
            return _led(message, place.case, place.goes_on, (*passed, route.taken, *place.reasons))
        passed += (route.passed, *place.reasons)
    return _decision(message, "open", None, _opening(message), (*dict.fromkeys(passed), _OPENED))


def _says_anything(message: Message) -> bool:
    return says_something(message.form.short_description) or bool(short_description_of(message))


def _again(message: Message, actor: Actor, facts: MessageFacts, case_id: CaseId) -> MessageDecision | Refusal:
    """A message that was taken in before, for whoever has part in the case that it went into."""
    for known in facts.cases:
        if known.case.id == case_id and _parties(known, actor):
            return _decision(message, "duplicate", case_id, None, (_TAKEN,))
    return Refusal((_REUSED,))


def _ways(message: Message, facts: MessageFacts, token: SubjectToken) -> Iterator[tuple[_Route, CaseId | None]]:
    """Every way that the message names, whether it leads to a case or not."""
    for name in message.thread:
        kind = "reply" if name == message.in_reply_to else "mention" if name == message.message_id else "references"
        cases = facts.threads.get(name, ())
        for case_id in cases:
            yield _ROUTES[kind], case_id
        if not cases and kind != "mention":
            yield _ROUTES[kind], None
    for number in numbers_in(message.subject, token):
        found = (known.case.id for known in facts.cases if known.case.number == number)
        yield _ROUTES["number"], next(found, None)


def _place(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    case_id: CaseId | None,
    route: _Route,
    cases: Mapping[CaseId, KnownCase],
    actor: Actor,
    policy: SupportPolicy,
    now: datetime,
) -> _Place | Refusal:
    """Where a way ends, by way of mergers and follow-ups: at the first case that takes the sender's comment.

    If there is none, a new one goes on from the last that is theirs. A way has at most 100 cases.
    """
    seen: set[CaseId] = set()
    ended: KnownCase | None = None
    hops: tuple[Reason, ...] = ()
    while case_id is not None and case_id in cases and case_id not in seen and len(seen) < _MOST_HOPS:
        known = cases[case_id]
        case, parties = known.case, _parties(known, actor)
        if route.to.isdisjoint(parties):
            break
        seen.add(case_id)
        ended = known
        flow = flow_of(_flows(case, known.policy), case.case_type)
        unmet = verdict(case, "add_comment", parties, known.policy, now, flow, actor.roles).reasons
        if case.merged_into is None and not unmet:
            return _Place(case_id, None, hops)
        if any(reason.code == "too_early" for reason in unmet):
            return Refusal(unmet)
        hops += (_WENT_ON if case.merged_into is None else _MERGED,)
        case_id = case.merged_into or known.follow_up
    if ended is None:
        return _Place(None, None, ())
    answer = follow_up(ended.case, actor, ended.facts, ended.policy, now, _flows(ended.case, policy))
    if isinstance(answer, Refusal):
        return _Place(None, None, answer.reasons)
    return _Place(ended.case.id, answer, (_FOLLOWS,))


def _parties(known: KnownCase, actor: Actor) -> tuple[Party, ...]:
    """Everything that the actor is to a case, as its type is shown to them."""
    case = known.case
    return parties_in(flow_of(_flows(case, known.policy), case.case_type), case, actor, known.facts)


def _flows(case: Case, policy: SupportPolicy) -> Flows:
    """The flow of the case's type, where it has one that the policy knows."""
    return compile_flows({name: kind for name, kind in policy.case_types.items() if name == case.case_type})


def _led(
    message: Message, case_id: CaseId, goes_on: OpenCase | None, reasons: tuple[Reason, ...]
) -> MessageDecision | Refusal:
    """What is said on a case, or on the one that goes on from it."""
    if not says_something(message.text):
        return Refusal((_NOTHING_TO_SAY,))
    if message.form != _NO_FORM:
        reasons += (_FORM_LEFT,)
    if goes_on is None:
        return _decision(message, "comment", case_id, AddComment(message.text), reasons)
    command = attrs.evolve(goes_on, channel=message.channel, description=message.text)
    return _decision(message, "follow_up", case_id, command, reasons)


def _opening(message: Message) -> OpenCase:
    """The form, and the message in what it leaves blank."""
    form = message.form
    called = form.short_description if says_something(form.short_description) else short_description_of(message)
    said = form.description if says_something(form.description) else message.text
    return attrs.evolve(form, channel=message.channel, short_description=called, description=said)


def _decision(
    message: Message,
    outcome: MessageOutcome,
    case_id: CaseId | None,
    command: OpenCase | AddComment | None,
    reasons: tuple[Reason, ...],
) -> MessageDecision:
    return MessageDecision(
        outcome=outcome,
        command=command,
        case=case_id,
        command_id=message.command_id,
        thread=message.thread,
        reasons=tuple(dict.fromkeys(reasons)),
    )
