"""Acme's contract for 2027 in Berlin: short ways to write nouns and to ask the rules."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from csmcore.model import (
    Account,
    AccountId,
    ContractCommand,
    ContractDecision,
    ContractFacts,
    ContractId,
    ContractLine,
    ContractLineId,
    Entitlement,
    EntitlementId,
    Refusal,
    Renewal,
    RenewContract,
    ServiceContract,
    SupportPolicy,
)
from csmcore.rules import decide_contract, renewed, tick_contract

__all__ = [
    "ACME",
    "APPROVED",
    "POLICY",
    "accepts",
    "at",
    "contract",
    "days",
    "entitlement",
    "facts",
    "line",
    "noon",
    "refuses",
    "renew",
    "tick",
]

POLICY = SupportPolicy(name="support", version="1", timezone="Europe/Berlin")
ACME = Account(id=AccountId("acme"), name="Acme Ltd")
APPROVED: dict[str, Any] = {"approver": "mia", "approval": "approved"}


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    """An instant by the clocks of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def noon(day: str, zone: str = "Europe/Berlin") -> datetime:
    """Noon of a day in a zone."""
    return at(f"{day}T12:00", zone)


def days(first: str, last: str) -> dict[str, Any]:
    """The first and the last day of something; one that is empty is open."""
    return {
        "starts_on": date.fromisoformat(first) if first else None,
        "ends_on": date.fromisoformat(last) if last else None,
    }


def contract(number: str = "c1", **fields: Any) -> ServiceContract:
    """An active contract of Acme's for 2027, unless said otherwise."""
    whose = {} if "consumer" in fields else {"account": "acme"}
    given: dict[str, Any] = {**whose, "state": "active", **days("2027-01-01", "2027-12-31"), **fields}
    return ServiceContract(id=ContractId(number), number=number.upper(), **given)


def line(identity: str, **fields: Any) -> ContractLine:
    """A line of a contract, active unless said otherwise."""
    return ContractLine(id=ContractLineId(identity), **fields)


def entitlement(identity: str, **fields: Any) -> Entitlement:
    """An entitlement under Acme's contract, unless said otherwise."""
    return Entitlement(id=EntitlementId(identity), number=identity.upper(), **{"contract": "c1", **fields})


def facts(*entitlements: Entitlement, **known: Any) -> ContractFacts:
    """Acme, and what else is known."""
    return ContractFacts(**{"account": ACME, "entitlements": entitlements, **known})


def accepts(
    subject: ServiceContract, command: ContractCommand, now: datetime, known: ContractFacts | None = None
) -> ContractDecision:
    """The decision of a command that is accepted."""
    answer = decide_contract(subject, command, facts() if known is None else known, POLICY, now)
    assert isinstance(answer, ContractDecision), answer
    return answer


def refuses(
    subject: ServiceContract, command: ContractCommand, now: datetime, known: ContractFacts | None = None
) -> list[str]:
    """The codes for which a command is refused."""
    answer = decide_contract(subject, command, facts() if known is None else known, POLICY, now)
    assert isinstance(answer, Refusal), answer
    return list(answer.codes)


def tick(subject: ServiceContract, now: datetime, known: ContractFacts | None = None) -> ContractDecision:
    """What has become of a contract by itself, which is something."""
    found = tick_contract(subject, facts() if known is None else known, POLICY, now)
    assert found is not None
    return found


def renew(
    subject: ServiceContract,
    known: ContractFacts | None = None,
    today: date | None = None,
    **ids: Any,
) -> Renewal | Refusal:
    """The renewal of a contract under the id c2."""
    command = attrs.evolve(RenewContract(id=ContractId("c2"), number="C2"), **ids)
    return renewed(subject, command, facts() if known is None else known, today)
