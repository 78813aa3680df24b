"""Whatever is sent to a service, what is kept is what the pure rules make of it, one after the other."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from csmcore.errors import StaleVersion
from csmcore.model import (
    SYSTEM,
    AcceptCase,
    AcceptSolution,
    Account,
    Activity,
    Actor,
    AddComment,
    AddWorkNote,
    AssignCase,
    AssignToMe,
    AutoCloseCase,
    CancelCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    CloseCase,
    Command,
    CommandId,
    Decision,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    Refusal,
    Refused,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    ResumeWork,
    SlaState,
    UpdateCase,
)
from csmcore.rules import (
    compile_policy,
    decide_apply,
    decide_open,
    decide_tick,
    for_themselves,
    next_deadline,
    read,
)
from csmcore.services import CaseService
from tests.tally import TALLY
from tests.unit.services.desk import ANN, BOOK, JO, KAY, MIA, POLICY, STRANGER, check_whole, desk, made

PLAN = compile_policy(POLICY)
RUNS, STEPS = 120, 30

ACTORS = (JO, JO, KAY, STRANGER, ANN, ANN, ANN, MIA, SYSTEM)
OPENINGS = (
    made(OpenCase, contact="jo", asset="press-1", short_description="It stands still", impact=1, urgency=1),
    made(OpenCase, consumer="kay", asset="phone-1", short_description="No tone"),
    made(OpenCase, account="rival", short_description="A question"),
    made(OpenCase, short_description="For myself"),
    made(OpenCase, account="acme", contact="rob", short_description="Whose?"),
    made(OpenCase, contact="jo", follow_up_of="CS0000001", short_description="Again"),
)
COMMANDS: tuple[CaseCommand, ...] = (
    AssignToMe(),
    AssignToMe(),
    made(AssignCase, user="ann"),
    made(AssignCase, group="tier-2"),
    AcceptCase(),
    RequestInfo("Which one?"),
    RequestInfo(),
    AddComment("The small one"),
    AddComment("Hello?"),
    AddWorkNote("Smells of oil"),
    ResumeWork(),
    UpdateCase({"contact": "rob"}),
    UpdateCase({"contact": "jim", "asset": "press-1"}),
    UpdateCase({"account": None, "contact": None, "consumer": "kay", "asset": "phone-1"}),
    UpdateCase({"contact": None}),
    UpdateCase({"account": "hold"}),
    UpdateCase({"product": None, "channel": "phone"}),
    UpdateCase({"contract": "c-acme"}),
    UpdateCase({"entitlement": "e-hold", "impact": 2, "urgency": 1}),
    UpdateCase({"asset": "press-2"}),
    OverridePriority(priority=1, reason="The plant stands still"),
    ProposeSolution(code="fixed", notes="A new fuse.", share=True),
    ProposeSolution(code="fixed", notes="A new fuse."),
    AcceptSolution(),
    RejectSolution("It stopped again"),
    CloseCase(code="duplicate", notes="See another"),
    CloseCase(),
    AutoCloseCase(),
    ReopenCase("It is back"),
    CancelCase("by mistake"),
)


class Request(NamedTuple):
    """One thing that is asked of a service; None is a tick. The case is the one with that place in the list."""

    command: Command | None
    actor: Actor
    place: int
    waits: timedelta
    command_id: int | None
    behind: int | None


Answer: TypeAlias = Decision | tuple[str, ...] | None
"""A decision, the codes of a refusal, or nothing: a tick without effect, a version that is not there."""

USUAL: tuple[tuple[Command | None, Actor], ...] = (
    (AssignToMe(), ANN),
    (RequestInfo("Which one?"), ANN),
    (AddComment("The small one"), JO),
    (ProposeSolution(code="fixed", notes="A new fuse.", share=True), ANN),
    (RejectSolution("It stopped again"), JO),
    (AcceptSolution(), JO),
    (ReopenCase("It is back"), JO),
    (UpdateCase({"impact": 1, "urgency": 1}), ANN),
    (None, SYSTEM),
)
"""What happens on most days, so that random lives get far."""

ANYTHING = st.tuples(st.sampled_from((*OPENINGS, *COMMANDS)), st.sampled_from(ACTORS))
REQUESTS = st.builds(
    lambda asked, *others: Request(*asked, *others),
    st.sampled_from(USUAL) | st.sampled_from(USUAL) | ANYTHING,
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from([timedelta(0), timedelta(minutes=20), timedelta(hours=3), timedelta(hours=20)]),
    st.sampled_from([None, None, None, 0, 1]),
    st.sampled_from([None, None, 0, 0, 1]),
)


# --- the pure rules, one after the other -----------------------------------------------------------------------------


class Sent(NamedTuple):
    """A command that was accepted under an id: what it was, and the answer."""

    command: Command
    sender: str
    case: int | None
    answer: Decision


@attrs.define
class Fold:
    """What becomes of cases by the pure rules alone, with every fact looked up in the book itself."""

    cases: list[tuple[Case, SlaState]] = attrs.field(factory=list)
    said: list[tuple[Activity, ...]] = attrs.field(factory=list)
    sent: dict[int, Sent] = attrs.field(factory=dict)
    numbered: int = 0

    def answer(self, request: Request, place: int | None, now: datetime) -> Answer:
        """What the request comes to; ``place`` is that of its case, None for a new one."""
        command, actor = request.command, request.actor
        if command is None:
            return self.keep(decide_tick(*self.cases[place or 0], PLAN, now), place)
        known = self.sent.get(request.command_id) if request.command_id is not None else None
        if known is not None:
            is_same = known[:3] == (command, actor.id, place)
            return known.answer if is_same else ("command_id_reused",)
        decision = self.decide(command, actor, place, request.behind, now)
        if isinstance(decision, Decision) and request.command_id is not None:
            self.sent[request.command_id] = Sent(command, actor.id, place, decision)
        return self.keep(decision, place)

    def decide(
        self, command: Command, actor: Actor, place: int | None, behind: int | None, now: datetime
    ) -> Decision | Refusal | None:
        """One call of a pure rule; None for a version that is not there."""
        if isinstance(command, OpenCase):
            self.numbered += 1
            number = f"CS{self.numbered:07}"
            asked = for_themselves(command, actor)
            followed = next((case for case, _ in self.cases if case.id == asked.follow_up_of), None)
            facts = facts_about(would_be(attrs.asdict(asked), {}), followed)
            return decide_open(asked, actor, facts, PLAN, now, CaseId(number), number)
        case, sla = self.cases[place or 0]
        given = dict(command.changes) if isinstance(command, UpdateCase) else {}
        decided = decide_apply(case, sla, command, actor, facts_about(would_be(given, vars(case))), PLAN, now)
        is_stranger = isinstance(decided, Refusal) and decided.codes == ("not_involved",)  # and learns no version
        return None if behind and not is_stranger else decided

    def keep(self, decision: Decision | Refusal | None, place: int | None) -> Answer:
        """Remember what was decided, and say it in the words of a test."""
        if decision is None:
            return None
        if isinstance(decision, Refusal):
            return decision.codes
        if place is None:
            self.cases.append((decision.case, decision.sla))
            self.said.append(decision.activity)
        else:
            self.cases[place] = (decision.case, decision.sla)
            self.said[place] += decision.activity
        return decision


def would_be(given: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a case as a command would have them; a new contact and a new asset say what is not said."""
    then = {**present, **given}
    for name, nouns, brings, its in (
        ("contact", BOOK.contacts, "account", "account"),
        ("asset", BOOK.assets, "product", "product_model"),
    ):
        new = found(nouns, given.get(name))
        is_said = given.get(brings) is not None if not present else brings in given
        if new is not None and not is_said:
            then[brings] = getattr(new, its)
    return then


def found(nouns: Mapping[Any, Any], identity: object) -> Any:
    """The noun with that id, by looking at each."""
    return next((noun for noun in nouns.values() if noun.id == identity), None)


def facts_about(fields: Mapping[str, Any], followed: Case | None = None) -> CaseFacts:
    """Everything in the book about the fields."""
    line: list[Account] = []
    above = fields.get("account")
    while (account := found(BOOK.accounts, above)) is not None:
        line.append(account)
        above = account.parent
    ids, consumer = {account.id for account in line}, fields.get("consumer")
    return CaseFacts(
        account=line[0] if line else None,
        ancestors=tuple(line[1:]),
        contact=found(BOOK.contacts, fields.get("contact")),
        consumer=found(BOOK.consumers, consumer),
        product=found(BOOK.products, fields.get("product")),
        asset=found(BOOK.assets, fields.get("asset")),
        contracts=tuple(BOOK.contracts.values()),
        entitlements=tuple(
            noun
            for noun in BOOK.entitlements.values()
            if noun.account in ids or (noun.account is None and noun.consumer in {None, consumer})
        ),
        followed=followed,
    )


# --- the service -----------------------------------------------------------------------------------------------------


def asked(service: CaseService, request: Request, case: Case | None) -> Answer:
    """What a service makes of the request, in the same words."""
    command, sent = request.command, None if request.command_id is None else CommandId(f"id-{request.command_id}")
    try:
        if isinstance(command, OpenCase):
            return service.open(command, request.actor, sent)
        if case is None:
            return None
        if command is None:
            return service.tick(case.id)
        expected = None if request.behind is None else case.version - request.behind
        return service.apply(case.id, command, request.actor, sent, expected)
    except Refused as refused:
        return refused.refusal.codes
    except StaleVersion:
        return None


@settings(max_examples=RUNS)
@given(st.lists(REQUESTS, min_size=12, max_size=STEPS))
def check_requests(requests: list[Request]) -> None:
    """Every answer is the pure rules'; so is what is kept in the end, and what is read of it."""
    host, clock, service = desk("12 08:30")
    fold = Fold()
    for request in (Request(OPENINGS[0], JO, 0, timedelta(0), None, None), *requests):
        clock.advance(request.waits)
        is_opening = isinstance(request.command, OpenCase)
        place = None if is_opening else request.place % len(fold.cases)
        case = None if place is None else fold.cases[place][0]
        assert asked(service, request, case) == fold.answer(request, place, clock.now())
        TALLY("requests to a service", 1)
    check_whole(host)
    assert list(host._cases.values()) == [case for case, _ in fold.cases]
    for (case, sla), said in zip(fold.cases, fold.said, strict=True):
        assert host.activity(case.id) == said
        reading = service.read(case.id)
        assert (reading.case, reading.at) == (case, clock.now())
        assert reading.clocks == tuple(read(PLAN, each, clock.now()) for each in sla.clocks)
        assert reading.next_at == next_deadline(PLAN, sla, clock.now())


def test_a_service_is_the_pure_rules_folded() -> None:
    """Random requests about several cases, repeated, out of date and wrong ones among them."""
    check_requests()
    assert TALLY.counts["requests to a service"].done >= RUNS * 12
