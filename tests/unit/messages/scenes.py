"""A desk that messages reach: who writes, the cases they may be about, and short ways to make both."""

from datetime import UTC, datetime, timedelta
from typing import Any

from csmcore.model import (
    Account,
    Actor,
    Case,
    CaseFacts,
    Contact,
    KnownCase,
    Message,
    MessageDecision,
    MessageFacts,
    ProductModel,
    Refusal,
)
from csmcore.rules import decide_message
from tests.unit.lifecycle.cast import contact, inside, made, policy

__all__ = ["NOW", "POLICIES", "WHO", "accepted", "known", "message", "taken", "turned_away"]

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
POLICIES = {days: policy(days) for days in (0, 5)}
"""By the days in which a closed case can be reopened."""

WHO = {
    "eve": contact("eve", "acme", "customer"),
    "ivy": contact("ivy", "other", "customer"),
    "ann": inside("ann", "agent"),
    "emil": inside("emil"),
    "mon": Actor(kind="integration", id="mon"),
}


def message(**fields: Any) -> Message:
    """An e-mail, or whatever else is said."""
    return made(Message, **{"channel": "email", "message_id": "m9", "text": "No tone since noon.", **fields})


def known(  # noqa: PLR0913 - the words of the oracle
    name: str,
    *,
    contact: str = "eve",
    state: str = "open",
    closed_days: int = 1,
    window: int = 0,
    merged: str | None = None,
    next: str | None = None,  # noqa: A002 - the word of the oracle
    number: str | None = None,
    **fields: Any,
) -> KnownCase:
    """A case that a message may be about."""
    ended = NOW - timedelta(days=closed_days)
    stamps: dict[str, Any] = {"closed": {"closed_at": ended, "closed_by": "ann"}}.get(state, {})
    case = {
        "id": name,
        "number": number or f"CS{name[1:]}",
        "policy": POLICIES[window].ref,
        "short_description": "No tone",
        "state": state,
        "account": {"eve": "acme"}.get(contact, "other"),
        "contact": contact,
        "merged_into": merged,
        "opened_at": NOW - timedelta(days=30),
        "opened_by": contact,
        "updated_at": ended,
        **stamps,
        **fields,
    }
    facts = CaseFacts(
        account=made(Account, id=case["account"], name="A"),
        contact=made(Contact, id=contact, account=case["account"], name="C"),
        product=made(ProductModel, id="press", name="Press"),
    )
    return made(KnownCase, case=made(Case, **case), facts=facts, policy=POLICIES[window], follow_up=next)


def taken(
    sent: Message, facts: MessageFacts | None = None, who: str = "eve", window: int = 0
) -> MessageDecision | Refusal:
    """What becomes of a message."""
    return decide_message(sent, WHO[who], facts or MessageFacts(), POLICIES[window], NOW)


def accepted(*args: Any, **more: Any) -> MessageDecision:
    """What becomes of a message that is not turned away."""
    answer = taken(*args, **more)
    assert isinstance(answer, MessageDecision)
    return answer


def turned_away(*args: Any, **more: Any) -> tuple[str, ...]:
    """Why nothing becomes of a message."""
    answer = taken(*args, **more)
    assert isinstance(answer, Refusal)
    return answer.codes
