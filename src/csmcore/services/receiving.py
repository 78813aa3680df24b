"""What is known about a message before it is decided about, asked of the host."""

from collections.abc import Iterator
from datetime import datetime

import attrs

from csmcore.errors import NotFound
from csmcore.model import AddComment, CaseId, Decision, KnownCase, Message, MessageDecision, MessageFacts, SubjectToken
from csmcore.ports import Host, Mailroom
from csmcore.rules import numbers_in
from csmcore.services.gathering import facts_of_case

__all__ = ["Received", "message_facts"]

_SPOKEN = AddComment()
_MOST = 1_000  # cases that one message is followed through


@attrs.frozen(kw_only=True)
class Received:
    """What became of a message, and the decision of the command that it became; None for one that came before."""

    message: MessageDecision
    decision: Decision | None


def message_facts(host: Host, mailroom: Mailroom, message: Message, token: SubjectToken, now: datetime) -> MessageFacts:
    """What the message's thread and subject lead to. Raises NotFound where a case pins a policy that is not kept."""
    entry = host.entry(message.command_id)
    threads = {name: tuple(cases) for name, cases in mailroom.threads(message.channel, message.thread).items()}
    taken_into = None if entry is None else entry.case
    first = [] if taken_into is None else [taken_into]
    first += (case_id for cases in threads.values() for case_id in cases)
    numbered = (host.case_numbered(number) for number in numbers_in(message.subject, token))
    first += (case_id for case_id in numbered if case_id is not None)
    return MessageFacts(
        taken_into=taken_into,
        threads=threads,
        cases=tuple(_cases(host, first, now)),
        is_own=mailroom.is_own(message.channel, message.message_id),
        is_sender_blocked=mailroom.is_blocked(message.channel, message.sender_address),
    )


def _cases(host: Host, first: list[CaseId], now: datetime) -> Iterator[KnownCase]:
    """These cases, and those that they were merged into or are followed by."""
    waiting, seen = list(first), set[CaseId]()
    while waiting and len(seen) < _MOST:
        case_id = waiting.pop(0)
        case = None if case_id in seen else host.case(case_id)
        seen.add(case_id)
        if case is None:
            continue
        policy, goes_on = host.policy(case.policy), host.followed_by(case_id)
        if policy is None:
            raise NotFound("policy", f"{case.policy.name} {case.policy.version}, digest {case.policy.digest}")
        waiting += (each for each in (case.merged_into, goes_on) if each is not None)
        yield KnownCase(
            case=case, facts=facts_of_case(host, case, policy, now, _SPOKEN), policy=policy, follow_up=goes_on
        )
