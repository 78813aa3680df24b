"""Taking messages in: each becomes a comment on the case that it belongs to, or a case, or nothing.

Where a message belongs is asked in this order, and the first place that is the sender's own decides: the message that
it answers; those that it refers to, the newest first; a message before it that mentioned it; the numbers in its
subject. Of the cases of one message, one that takes the comment comes before one that a new case would go on from.
**Nobody is led to a case in which they have no part**: what is another's is as unknown as what does not exist. So a
number that was guessed opens a case of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import attrs

from csmcore.calendars import as_utc
from csmcore.model import (
    Actor,
    AddComment,
    Case,
    CaseFacts,
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
from csmcore.rules.cases.flows import Flow, Flows, compile_flows, flow_of
from csmcore.rules.cases.parties import parties_of
from csmcore.rules.cases.refusing import verdict
from csmcore.rules.cases.transitions import Party
from csmcore.rules.intake.continuing import continued
from csmcore.rules.intake.subjects import BRACKETS, numbers_in, short_description_of

__all__ = ["UniqueMessages", "decide_message", "has_part", "opened_instead", "unique_messages"]

_NOTHING_TO_SAY = Reason("nothing_to_say", "the message says nothing", ("subject", "text"))
_TAKEN = Reason("duplicate_message", "the message was taken in before", ("message_id",))
_OPENED = Reason("case_opened", "it is of no case of the sender's yet: it opens one")
_FORM_LEFT = Reason("form_left_out", "there is a case already: what else was filled in is left out", ("form",))
_MERGED = Reason("case_merged", "that case has been merged: it goes on in another", ("case",))
_WENT_ON = Reason("case_followed", "that case has ended, and another goes on from it", ("case",))
_FOLLOWS = Reason("follow_up_opened", "that case has ended: a new one goes on from it", ("case",))
_INSTEAD = Reason("follow_up_refused", "none can go on from that case: it opens one of its own", ("case",))
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
_CUSTOMERS = frozenset({"contact", "consumer"})


class _Route(NamedTuple):
    """A way to a case: who may go it, and what is said of one that was taken, and of one that led nowhere."""

    to: frozenset[Party]
    taken: Reason
    passed: tuple[Reason, ...]


def _route(name: str, field: str, taken: str, passed: str, to: frozenset[Party] = _SENDERS) -> _Route:
    nowhere = (Reason(f"not_by_{name}", passed, (field,)),) if passed else ()
    return _Route(to, Reason(f"by_{name}", taken, (field,)), nowhere)


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
            "",  # else a stranger who mentions it is noticed
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


class _Theirs(NamedTuple):
    """A case in which the sender has part, its flow, and everything that they are to it."""

    known: KnownCase
    flow: Flow
    parties: tuple[Party, ...]


class _Place(NamedTuple):
    """The end of a way: the case to comment on, or the ended one that the new case ``goes_on``; else why neither."""

    case: CaseId | None
    goes_on: OpenCase | None
    reasons: tuple[Reason, ...]


class _Search(NamedTuple):
    """What a place is looked for with: the sender, their cases, the policy of a new one, the instant."""

    actor: Actor
    theirs: Mapping[CaseId, _Theirs]
    policy: SupportPolicy
    now: datetime


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
    one case, if each is taken in after what was decided about the one before is kept. Raises NaiveDatetime.
    """
    search = _Search(actor, _theirs(facts.cases, actor), policy, as_utc(now))
    if facts.taken_into in search.theirs:
        return _decision(message, actor, "duplicate", facts.taken_into, None, (_TAKEN,))
    facts = attrs.evolve(facts, is_own=facts.is_own and _knows_own(message, facts, search))
    unfit = tuple(reason for holds, reason in _UNFIT if holds(message, facts))
    if unfit:
        return Refusal(unfit)
    passed: list[Reason] = []
    tried: set[CaseId] = set()
    for route, named in _ways(message, facts, token):
        fresh = [case_id for case_id in dict.fromkeys(named) if case_id in search.theirs and case_id not in tried]
        tried.update(fresh)
        place = _first_place(fresh, route, search)
        if isinstance(place, Refusal):
            return place
        if place.case is not None:
            return _led(message, actor, place, (*passed, route.taken, *place.reasons))
        passed += (*route.passed, *place.reasons)
    return _decision(message, actor, "open", None, _opening(message), (*passed, _OPENED))


def opened_instead(message: Message, actor: Actor, decided: MessageDecision, refusal: Refusal) -> MessageDecision:
    """What becomes of a message where the follow-up that was decided was refused: a case of its own, and why.

    So no answer to a case that has ended is lost because that one was of a customer, or about a thing, as is no more.
    """
    before = [reason for reason in decided.reasons if reason not in {_FOLLOWS, _FORM_LEFT}]
    return _decision(message, actor, "open", None, _opening(message), (*before, *refusal.reasons, _INSTEAD))


def has_part(case: Case, actor: Actor, facts: CaseFacts) -> bool:
    """Whether the actor has any part in the case, before its type is asked: for hosts that gather facts of theirs only.

    Of ``facts``, the account and those above it are looked at, and of no actor but a contact.
    """
    return bool(parties_of(case, actor, facts))


def _says_anything(message: Message) -> bool:
    return says_something(message.form.short_description) or bool(short_description_of(message))


def _theirs(cases: Iterable[KnownCase], actor: Actor) -> dict[CaseId, _Theirs]:
    """The cases in which the actor has part, as their types are shown to them."""
    theirs = {}
    for known in cases:
        flow = flow_of(_flows(known.case, known.policy), known.case.case_type)
        parties = parties_in(flow, known.case, actor, known.facts)
        if parties:
            theirs[known.case.id] = _Theirs(known, flow, parties)
    return theirs


def _knows_own(message: Message, facts: MessageFacts, search: _Search) -> bool:
    """Whether the sender may know what the desk sent: customers what it sent about their cases."""
    sent = facts.threads.get(message.message_id, ())
    return search.actor.kind not in _CUSTOMERS or any(case_id in search.theirs for case_id in sent)


def _ways(message: Message, facts: MessageFacts, token: SubjectToken) -> Iterator[tuple[_Route, Sequence[CaseId]]]:
    """Every way that the message names, with the cases that it leads to, if any."""
    for name in message.thread:
        kind = "reply" if name == message.in_reply_to else "mention" if name == message.message_id else "references"
        yield _ROUTES[kind], facts.threads.get(name, ())
    for number in numbers_in(message.subject, token):
        yield _ROUTES["number"], [known.case.id for known in facts.cases if known.case.number == number]


def _first_place(cases: Iterable[CaseId], route: _Route, search: _Search) -> _Place | Refusal:
    """Where the first of the cases leads that takes the comment; else the first that is gone on from; else why none."""
    places: list[_Place] = []
    for case_id in cases:
        place = _place(case_id, route, search)
        if isinstance(place, Refusal) or (place.case is not None and place.goes_on is None):
            return place
        places.append(place)
    nowhere = _Place(None, None, tuple(reason for place in places for reason in place.reasons))
    return next((place for place in places if place.case is not None), nowhere)


def _place(first: CaseId, route: _Route, search: _Search) -> _Place | Refusal:
    """Where a way ends, by way of mergers and follow-ups: at the first case that takes the sender's comment.

    If there is none, a new one goes on from the last that is theirs. A way has at most 100 cases.
    """
    ended: _Theirs | None = None
    seen: set[CaseId] = set()
    hops: list[Reason] = []
    hop = _next(((first, _FOLLOWS),), seen, route, search)
    while hop is not None:
        ended, why = hop
        case = ended.known.case
        hops += [why] if seen else []
        seen.add(case.id)
        unmet = verdict(
            case, "add_comment", ended.parties, ended.known.policy, search.now, ended.flow, search.actor.roles
        ).reasons
        if case.merged_into is None and not unmet:
            return _Place(case.id, None, tuple(hops))
        if any(reason.code == "too_early" for reason in unmet):
            return Refusal(unmet)
        hop = _next(((case.merged_into, _MERGED), (ended.known.follow_up, _WENT_ON)), seen, route, search)
    return _Place(None, None, ()) if ended is None else _goes_on(ended.known, search)


def _next(
    ways: Iterable[tuple[CaseId | None, Reason]], seen: set[CaseId], route: _Route, search: _Search
) -> tuple[_Theirs, Reason] | None:
    """The first of the cases, with what is said of going there, that is the sender's and was not seen yet."""
    for case_id, why in ways:
        found = search.theirs.get(case_id) if case_id is not None and case_id not in seen else None
        if found is not None and not route.to.isdisjoint(found.parties) and len(seen) < _MOST_HOPS:
            return found, why
    return None


def _goes_on(known: KnownCase, search: _Search) -> _Place:
    """The place of what goes on from a case that has ended, or why nothing does."""
    case, policy = known.case, search.policy
    facts = attrs.evolve(known.facts, followed_policy=known.policy)
    answer = continued(case, search.actor, facts, policy, search.now, _flows(case, policy))
    if isinstance(answer, Refusal):
        return _Place(None, None, answer.reasons)
    return _Place(case.id, answer.command, (_FOLLOWS, *answer.left_out))


def _flows(case: Case, policy: SupportPolicy) -> Flows:
    """The flow of the case's type, where it has one that the policy knows."""
    return compile_flows({name: kind for name, kind in policy.case_types.items() if name == case.case_type})


def _led(message: Message, actor: Actor, place: _Place, reasons: tuple[Reason, ...]) -> MessageDecision | Refusal:
    """What is said on a case, or on the one that goes on from it."""
    if not says_something(message.text):
        return Refusal((_NOTHING_TO_SAY,))
    if message.form != _NO_FORM:
        reasons += (_FORM_LEFT,)
    if place.goes_on is None:
        return _decision(message, actor, "comment", place.case, AddComment(message.text), reasons)
    command = attrs.evolve(place.goes_on, channel=message.channel, description=message.text)
    return _decision(message, actor, "follow_up", place.case, command, reasons)


def _opening(message: Message) -> OpenCase:
    """The form, and the message in what it leaves blank."""
    form = message.form
    called = form.short_description if says_something(form.short_description) else short_description_of(message)
    said = form.description if says_something(form.description) else message.text
    return attrs.evolve(form, channel=message.channel, short_description=called, description=said)


def _decision(  # noqa: PLR0913, PLR0917 - the fields of what it makes
    message: Message,
    actor: Actor,
    outcome: MessageOutcome,
    case_id: CaseId | None,
    command: OpenCase | AddComment | None,
    reasons: tuple[Reason, ...],
) -> MessageDecision:
    return MessageDecision(
        outcome=outcome,
        command=command,
        case=case_id,
        command_id=message.command_id_of(actor),
        thread=message.thread,
        reasons=tuple(dict.fromkeys(reasons)),
    )
