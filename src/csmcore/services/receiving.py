"""What is known about a message before it is decided about, asked of the host."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import attrs

from csmcore.errors import NotFound
from csmcore.model import (
    AccountId,
    Actor,
    AddComment,
    Case,
    CaseFacts,
    CaseId,
    Decision,
    KnownCase,
    Message,
    MessageDecision,
    MessageFacts,
    SubjectToken,
)
from csmcore.ports import Host, Mailroom
from csmcore.rules import has_part, numbers_in
from csmcore.services.gathering import facts_of_case

__all__ = ["Received", "is_as_before", "message_facts"]

_SPOKEN = AddComment()
_MOST = 100  # cases of the sender's that one message is followed through


@attrs.frozen(kw_only=True)
class Received:
    """What became of a message, and the decision of the command that it became; None for one that came before."""

    message: MessageDecision
    decision: Decision | None


def message_facts(  # noqa: PLR0913, PLR0917 - what a message leads to depends on all of them
    host: Host, mailroom: Mailroom, message: Message, actor: Actor, token: SubjectToken, now: datetime
) -> MessageFacts:
    """What the message's thread and subject lead to, of cases the first 100 in which the sender has part.

    The order is that in which the rule asks for them; however many others the same messages are of, they are only
    looked at. Raises NotFound where a case pins a policy that is not kept.
    """
    entry = host.entry(message.command_id_of(actor))
    taken_into = None if entry is None else entry.case
    found = mailroom.threads(message.channel, message.thread)
    threads = {name: tuple(found[name]) for name in message.thread if name in found}
    return MessageFacts(
        taken_into=taken_into,
        threads=threads,
        cases=tuple(_cases(host, _named(host, message, taken_into, threads, token), actor, now)),
        is_own=mailroom.is_own(message.channel, message.message_id),
        is_sender_blocked=mailroom.is_blocked(message.channel, message.sender_address),
    )


def is_as_before(facts: MessageFacts, before: MessageFacts) -> bool:
    """Whether nothing has changed that decides about a message: it was not taken in, and no case moved on."""
    return _standing(facts) == _standing(before)


def _standing(facts: MessageFacts) -> object:
    return facts.taken_into, [(known.case.id, known.case.version, known.follow_up) for known in facts.cases]


def _named(
    host: Host,
    message: Message,
    taken_into: CaseId | None,
    threads: Mapping[str, Iterable[CaseId]],
    token: SubjectToken,
) -> Iterator[CaseId]:
    """The cases that a message names, in the order in which they are asked."""
    if taken_into is not None:
        yield taken_into
    for cases in threads.values():
        yield from cases
    for number in numbers_in(message.subject, token):
        case_id = host.case_numbered(number)
        if case_id is not None:
            yield case_id


def _cases(host: Host, named: Iterable[CaseId], actor: Actor, now: datetime) -> Iterator[KnownCase]:
    """Those in which the actor has part, each followed by what it was merged into or is followed by; the first 100."""
    theirs, left, seen = _part_of(host, actor), _MOST, set[CaseId]()
    for first in named:
        waiting: list[CaseId] = [first]
        while waiting and left:
            case_id = waiting.pop()
            case = None if case_id in seen else host.case(case_id)
            seen.add(case_id)
            if case is None or not theirs(case):
                continue
            known = _known(host, case, now)
            left -= 1
            waiting += (each for each in (known.follow_up, case.merged_into) if each is not None)
            yield known
        if not left:
            return


def _known(host: Host, case: Case, now: datetime) -> KnownCase:
    policy = host.policy(case.policy)
    if policy is None:
        raise NotFound("policy", f"{case.policy.name} {case.policy.version}, digest {case.policy.digest}")
    facts = facts_of_case(host, case, policy, now, _SPOKEN)
    return KnownCase(case=case, facts=facts, policy=policy, follow_up=host.followed_by(case.id))


def _part_of(host: Host, actor: Actor) -> Callable[[Case], bool]:
    """Whether the actor has part in a case; of each account the line above it is asked once, and for contacts only."""
    lines: dict[AccountId, CaseFacts] = {}

    def line(account_id: AccountId) -> CaseFacts:
        if account_id not in lines:
            accounts = tuple(host.accounts(account_id))
            lines[account_id] = CaseFacts(account=next(iter(accounts), None), ancestors=accounts[1:])
        return lines[account_id]

    def theirs(case: Case) -> bool:
        facts = line(case.account) if actor.kind == "contact" and case.account is not None else CaseFacts()
        return has_part(case, actor, facts)

    return theirs
