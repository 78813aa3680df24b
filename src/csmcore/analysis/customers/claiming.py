"""What a customer may claim: cases with their entitlements explained, and what is left after each."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from csmcore.analysis.customers.circles import neighbourhood
from csmcore.analysis.customers.telling import Telling, texts
from csmcore.model import (
    Actor,
    AssetId,
    AssignToMe,
    CancelCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    Channel,
    Decision,
    EntitlementQuestion,
    LedgerEntry,
    OpenCase,
    ProposeSolution,
    RejectSolution,
    SlaState,
    TimeEntry,
    TimeEntryId,
)
from csmcore.rules import decide_apply, decide_open, derive_entitlement

__all__ = ["Claimant", "asks_by", "asks_for_foreign", "cancels", "is_solved", "opens"]

_CHANNEL: Final[Channel] = "web"
_OF_UNITS: Final = frozenset(
    {"units_taken", "units_short", "no_units_left", "units_returned", "units_not_returned", "no_time_worked"}
)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_WORKED: Final = (timedelta(hours=3, minutes=30), timedelta(minutes=45))


@attrs.frozen(kw_only=True)
class Claimant:
    """Who asks, and about what: the fields of a case. ``agent`` works on it."""

    name: str
    actor: Actor
    about: Mapping[str, Any]
    agent: str


@attrs.define
class OpenedCase:
    """A case on its way: its clocks, what it took of entitlements, and the time that was worked on it."""

    telling: Telling
    case: Case
    sla: SlaState
    taken: tuple[LedgerEntry, ...] = ()
    worked: tuple[TimeEntry, ...] = ()

    def apply(self, asked: str, command: CaseCommand, actor: Actor) -> None:
        """The next thing that happens, an hour later."""
        telling = self.telling
        telling.at += _HOUR
        told = {name: getattr(self.case, name) for name in _TOLD}
        facts = attrs.evolve(telling.agreed.facts(told), consumption=self.taken, time_entries=self.worked)
        answer = decide_apply(self.case, self.sla, command, actor, facts, telling.plan, telling.at)
        decision = telling.ask(asked, answer, _moved)
        if decision is not None:
            self.case, self.sla = decision.case, decision.sla
            self.taken += decision.ledger
            _count(telling, decision)

    def work(self, by: str, spent: timedelta) -> None:
        """Time is worked on it."""
        number = len(self.worked) + 1
        entry = TimeEntry(
            id=TimeEntryId(f"{self.case.id}-{number}"),
            case=self.case.id,
            by=by,
            seconds=int(spent.total_seconds()),
            at=self.telling.at,
        )
        self.worked += (entry,)


_TOLD: Final = ("account", "contact", "consumer", "product", "asset", "sold_product", "install_base_item", "channel")


def asks_for_foreign(telling: Telling, claimant: Claimant, asset: AssetId) -> None:
    """A case about somebody else's asset is refused."""
    about = {**claimant.about, "asset": asset, "install_base_item": None}
    command = _command(about, "Whose is it?", _CHANNEL)
    answer = decide_open(
        command, claimant.actor, _facts(telling, about), telling.plan, telling.at, CaseId("none"), "none"
    )
    telling.ask(f"{claimant.name} opens a case about {asset}.", answer, _opened)


def asks_by(telling: Telling, claimant: Claimant, channel: Channel) -> None:
    """What they would be entitled to by another channel; no case is opened."""
    facts = _facts(telling, claimant.about)
    asset = None if facts.asset is None else facts.asset.product_model
    item = None if facts.install_base_item is None else facts.install_base_item.product
    question = EntitlementQuestion(
        account=claimant.about.get("account"),
        consumer=claimant.about.get("consumer"),
        asset=claimant.about.get("asset"),
        install_base_item=claimant.about.get("install_base_item"),
        product=asset or item,
        channel=channel,
    )
    answer = derive_entitlement(question, facts, telling.plan.policy, telling.at, telling.plan.strategies)
    stopped = [one for one in answer.candidates if one.standing == "ineligible"]
    told = (f"{one.entitlement.number} would be for it, but {texts(one.reasons)}" for one in stopped)
    telling.tell(f"What would {claimant.name} be entitled to by {channel}?", answer.reason.text, *told)


def opens(telling: Telling, claimant: Claimant, number: str, subject: str) -> OpenedCase | None:
    """A case, with every candidate for its entitlement."""
    asked = f"{claimant.name} opens a case by {_CHANNEL}: {subject}."
    command = _command(claimant.about, subject, _CHANNEL)
    facts = _facts(telling, claimant.about)
    answer = decide_open(command, claimant.actor, facts, telling.plan, telling.at, CaseId(number), number)
    decision = telling.ask(asked, answer, lambda made: (*_opened(made), *_units(made)))
    if decision is None:
        return None
    _count(telling, decision)
    return OpenedCase(telling, decision.case, decision.sla, decision.ledger)


def is_solved(opened: OpenedCase, claimant: Claimant) -> None:
    """Work, a solution that is rejected, more work and another."""
    agent = Actor(kind="internal", id=claimant.agent, roles=frozenset({"agent"}))
    name = opened.telling.called(agent.id)
    opened.apply(f"{name} takes the case.", AssignToMe(), agent)
    for spent in _WORKED:
        opened.work(agent.id, spent)
        hours, minutes = divmod(spent // _MINUTE, 60)
        worked = f"{hours}:{minutes:02} hours"
        opened.apply(
            f"{name} solves it after {worked} of work.",
            ProposeSolution(code="repaired", notes="Calibrated."),
            agent,
        )
        if spent != _WORKED[-1]:
            opened.apply(
                f"{claimant.name} rejects the solution.", RejectSolution(reason="It drifts again."), claimant.actor
            )
    telling = opened.telling
    _left(telling, opened.case)


def cancels(opened: OpenedCase, claimant: Claimant) -> None:
    """The case is cancelled, which is for an agent to do."""
    command = CancelCase(reason="It works again.")
    opened.apply(f"{claimant.name} cancels it: it works again.", command, claimant.actor)
    agent = Actor(kind="internal", id=claimant.agent, roles=frozenset({"agent"}))
    opened.apply(f"{opened.telling.called(agent.id)} cancels it for them.", command, agent)
    _left(opened.telling, opened.case)


def _left(telling: Telling, case: Case) -> None:
    row = None if case.entitlement is None else telling.book.entitlements[case.entitlement]
    if row is not None and row.remaining is not None:
        hours, minutes = divmod(row.remaining // 60, 60)
        left = f"{hours}:{minutes:02}" if row.unit == "hours" else str(row.remaining)
        telling.tell(f"What is left of {row.number}?", f"{left} of {row.total_units} {row.unit}")


def _facts(telling: Telling, about: Mapping[str, Any]) -> CaseFacts:
    facts = telling.agreed.facts({name: value for name, value in about.items() if value is not None})
    if facts.account is None:
        return facts
    around = neighbourhood(telling, facts.account)
    return attrs.evolve(
        facts,
        relationships=around.relationships,
        relationship_types=around.relationship_types,
        contact_relationships=around.contact_relationships,
    )


def _command(about: Mapping[str, Any], subject: str, channel: Channel) -> OpenCase:
    return OpenCase(short_description=subject, channel=channel, impact=2, urgency=2, **about)


def _opened(decision: Decision) -> tuple[str, ...]:
    case = decision.case
    return (f"{case.number} is {case.state}, priority {case.priority}",)


def _moved(decision: Decision) -> tuple[str, ...]:
    return (f"{decision.case.number} is {decision.case.state}", *_units(decision))


def _units(decision: Decision) -> Iterator[str]:
    return (reason.text for reason in decision.reasons if reason.code in _OF_UNITS)


def _count(telling: Telling, decision: Decision) -> None:
    """Bring the book's entitlements up to their ledgers."""
    for entry in decision.ledger:
        telling.keep(telling.book.entitlements[entry.entitlement].counting(entry))
