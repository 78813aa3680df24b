"""How a case begins, and how whose it is and what it is about may change: what follows, and what is refused."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import (
    SYSTEM,
    Account,
    Actor,
    Asset,
    Case,
    CaseFacts,
    CaseId,
    Consumer,
    Contact,
    ContractId,
    Entitlement,
    EntitlementPolicy,
    OpenCase,
    ProductModel,
    Refusal,
    ServiceContract,
    SupportPolicy,
    UpdateCase,
)
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import follow_up, for_themselves, opening
from tests.tally import Tally
from tests.unit.lifecycle.cast import (
    BUSINESS,
    PRIVATE,
    RESALE,
    RESOLD,
    START,
    case_in,
    contact,
    inside,
    made,
    policy,
)

HQ = made(Account, id="hq", name="Holding")
ACME = made(Account, id="acme", name="Acme", parent="hq")
EVE = made(Contact, id="eve", account="acme", name="Eve")
INES = made(Consumer, id="ines", name="Ines")
PRESS = made(ProductModel, id="press", name="Press")
ASSETS = {
    "acme": made(Asset, id="a1", product_model="press", account="acme"),
    "ines": made(Asset, id="a1", product_model="press", consumer="ines"),
    "other": made(Asset, id="a1", product_model="press", account="other"),
    "nobody": made(Asset, id="a1", product_model="press"),
}
CONTRACTS = (
    made(ServiceContract, id="own", number="C1", account="acme"),
    made(ServiceContract, id="holding", number="C2", account="hq"),
    made(ServiceContract, id="private", number="C3", consumer="ines"),
    made(ServiceContract, id="foreign", number="C4", account="other"),
)
ENTITLEMENTS = (
    made(Entitlement, id="own", number="E1", account="acme"),
    made(Entitlement, id="anyone", number="E2", product="press"),
    made(Entitlement, id="holding", number="E3", account="hq"),
    made(Entitlement, id="inherited", number="E4", account="hq", inherits=True),
    made(Entitlement, id="foreign", number="E5", account="other"),
)
FACTS = CaseFacts(
    account=ACME,
    ancestors=(HQ,),
    contact=EVE,
    consumer=INES,
    product=PRESS,
    asset=ASSETS["acme"],
    contracts=CONTRACTS,
    entitlements=ENTITLEMENTS,
    relationships=(RESOLD,),
    relationship_types=(RESALE,),
)
AGENT, SELF = inside("ann", "agent"), contact("eve", "acme", "customer")
POLICY = policy()


def begun(
    command: OpenCase,
    actor: Actor,
    facts: CaseFacts = FACTS,
    rules: SupportPolicy = POLICY,
    now: datetime = START,
) -> Step:
    """The step of a case that may be opened."""
    opened = opening(command, actor, facts, rules, now, CaseId("c1"), "CS1")
    assert isinstance(opened, Step), opened
    return opened


def denied(command: OpenCase, actor: Actor, facts: CaseFacts = FACTS, rules: SupportPolicy = POLICY) -> tuple[str, ...]:
    """The reasons against a case that may not."""
    now = START if facts.followed is None else facts.followed.updated_at
    refused = opening(command, actor, facts, rules, now, CaseId("c1"), "CS1")
    assert isinstance(refused, Refusal), refused
    return refused.codes


def asked(**fields: Any) -> OpenCase:
    """A command with a description."""
    return made(OpenCase, **{"short_description": "No tone", **fields})


def whose(opened: Step) -> dict[str, Any]:
    """What the new case says of its customer and product."""
    names = ("account", "contact", "consumer", "requested_by", "partner", "partner_contact", "product", "asset")
    return {name: opened.changes[name] for name in names if name in opened.changes}


# --- a new case ------------------------------------------------------------------------------------------------------


def test_a_new_case_has_all_that_was_said_and_its_stamps() -> None:
    """The step holds every field of the case; one event sets them all, and the customer is told."""
    opened = begun(asked(contact="eve", asset="a1", impact=1, category="noise", assigned_to="bob"), AGENT)
    assert opened.changes == {
        "id": "c1",
        "number": "CS1",
        "policy": POLICY.ref,
        "state": "new",
        "short_description": "No tone",
        "category": "noise",
        "impact": 1,
        "contact": "eve",
        "account": "acme",
        "asset": "a1",
        "product": "press",
        "assigned_to": "bob",
        "assigned_at": START,
        "opened_at": START,
        "opened_by": "ann",
        "opened_by_kind": "internal",
    }
    assert opened.happened == (("case_opened", opened.changes, {}),)
    assert [intent.kind for intent in opened.intents] == ["notify_customer", "notify_assignee"]
    assert [reason.code for reason in opened.reasons] == ["account_from_contact", "product_from_asset"]
    assert opened.by == "agent"
    case = Case(**opened.changes, updated_at=START)
    assert (case.version, case.priority, case.state) == (1, 4, "new")


def test_what_was_said_is_not_filled_over() -> None:
    """An account and a product that were named stay, and need no reason."""
    opened = begun(asked(contact="eve", account="acme", product="press", asset="a1"), AGENT)
    assert opened.reasons == ()
    pump = attrs.evolve(FACTS, product=made(ProductModel, id="pump", name="Pump"))
    assert begun(asked(contact="eve", product="pump", asset="a1"), AGENT, pump).changes["product"] == "pump"


@pytest.mark.parametrize(
    ("actor", "fields", "filled"),
    [
        (SELF, {}, {"contact": "eve", "account": "acme"}),
        (SELF, {"account": "acme"}, {"contact": "eve", "account": "acme"}),
        (Actor(kind="consumer", id="ines"), {}, {"consumer": "ines"}),
        (inside("emil"), {}, {"requested_by": "emil"}),
        (inside("emil"), {"contact": "eve"}, {"contact": "eve", "account": "acme"}),
        (contact("cora", "acme", "customer_case_manager"), {"contact": "eve"}, {"contact": "eve", "account": "acme"}),
        (contact("hugo", "hq", "customer_admin"), {"account": "acme"}, {"account": "acme"}),
        (
            contact("pat", "dealer", "partner"),
            {"contact": "eve"},
            {"contact": "eve", "account": "acme", "partner": "dealer", "partner_contact": "pat"},
        ),
        (
            contact("pat", "dealer", "partner_admin"),
            {"account": "acme", "partner": "dealer", "partner_contact": "pat"},
            {"account": "acme", "partner": "dealer", "partner_contact": "pat"},
        ),
        (AGENT, {"account": "acme", "partner": "rival"}, {"account": "acme", "partner": "rival"}),
        (
            made(Actor, kind="internal", id="i", account="x", roles=frozenset({"partner"})),
            {"account": "acme"},
            {"account": "acme"},
        ),
        (SYSTEM, {"consumer": "ines"}, {"consumer": "ines"}),
        (made(Actor, kind="integration", id="mon"), {"account": "acme"}, {"account": "acme"}),
    ],
)
def test_who_may_open_a_case_for_whom(actor: Actor, fields: dict[str, Any], filled: dict[str, Any]) -> None:
    """People for themselves, managers for their accounts, partners for customers, agents and machines for anybody."""
    opened = begun(asked(**fields), actor)
    assert whose(opened) == filled
    assert opened.changes["opened_by"] == actor.id


@pytest.mark.parametrize(
    ("actor", "fields"),
    [
        (SELF, {"contact": "carl"}),
        (SELF, {"account": "hq"}),
        (SELF, {"consumer": "ines"}),
        (contact("carl", "acme", "customer"), {"contact": "eve"}),
        (contact("olga", "other", "customer_admin"), {"contact": "eve"}),
        (contact("olga", "other", "customer_admin"), {"account": "acme"}),
        (contact("olga", None, "customer_admin"), {"account": "acme"}),
        (contact("pat", None, "partner"), {"contact": "eve"}),
        (Actor(kind="consumer", id="ines", roles=frozenset({"partner"})), {"contact": "eve"}),
        (Actor(kind="consumer", id="ines"), {"consumer": "ivan"}),
        (Actor(kind="consumer", id="ines"), {"account": "acme"}),
        (Actor(kind="consumer", id="eve"), {"contact": "eve"}),
    ],
)
def test_nobody_opens_a_case_for_strangers(actor: Actor, fields: dict[str, Any]) -> None:
    """Whoever has no part in what they name is told no more than that."""
    assert denied(asked(**fields), actor) == ("not_involved",)


@pytest.mark.parametrize(
    ("command", "completed"),
    [
        (asked(requested_by="req"), asked(requested_by="req")),
        (asked(account="other"), asked(account="other")),
        (asked(), asked(contact="eve")),
    ],
)
def test_a_command_is_completed_only_where_it_names_nobody(command: OpenCase, completed: OpenCase) -> None:
    """Services gather the facts of the completed command."""
    assert for_themselves(command, SELF) == completed
    assert for_themselves(asked(), AGENT) == asked()
    assert for_themselves(asked(account="acme"), inside("emil")) == asked(account="acme")
    assert for_themselves(asked(account="acme"), Actor(kind="consumer", id="ines")) == asked(account="acme")


FOREIGN: tuple[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]], ...] = (
    ({}, {}, ("missing",)),
    ({"short_description": " ", "account": "acme"}, {}, ("missing",)),
    ({"short_description": ""}, {}, ("missing", "missing")),
    ({"account": "acme", "consumer": "ines"}, {}, ("account_and_consumer",)),
    ({"account": "nowhere"}, {}, ("unknown_account",)),
    ({"account": "acme"}, {"account": None, "ancestors": ()}, ("unknown_account",)),
    ({"consumer": "nobody"}, {}, ("unknown_consumer",)),
    ({"consumer": "ines"}, {"consumer": None}, ("unknown_consumer",)),
    ({"contact": "nobody"}, {}, ("unknown_contact",)),
    ({"contact": "eve"}, {"contact": None}, ("unknown_contact",)),
    ({"contact": "eve", "account": "hq"}, {"account": HQ, "ancestors": ()}, ("unknown_contact",)),
    ({"account": "acme", "product": "pump"}, {}, ("unknown_product",)),
    ({"account": "acme", "asset": "a2"}, {}, ("unknown_asset",)),
    ({"account": "acme", "asset": "a1"}, {"asset": None}, ("unknown_asset",)),
    ({"account": "acme", "asset": "a1"}, {"asset": ASSETS["other"]}, ("unknown_asset",)),
    ({"account": "acme", "asset": "a1"}, {"asset": ASSETS["ines"]}, ("unknown_asset",)),
    ({"consumer": "ines", "asset": "a1"}, {}, ("unknown_asset",)),
    ({"requested_by": "req", "asset": "a1"}, {}, ("unknown_asset",)),
    ({"account": "acme", "contract": "none"}, {}, ("unknown_contract",)),
    ({"account": "acme", "contract": "foreign"}, {}, ("unknown_contract",)),
    ({"account": "acme", "contract": "holding"}, {}, ("unknown_contract",)),
    ({"account": "acme", "contract": "private"}, {}, ("unknown_contract",)),
    ({"account": "acme", "entitlement": "none"}, {}, ("unknown_entitlement",)),
    ({"account": "acme", "entitlement": "holding"}, {}, ("unknown_entitlement",)),
    ({"account": "acme", "entitlement": "foreign"}, {}, ("unknown_entitlement",)),
    ({"requested_by": "req", "entitlement": "inherited"}, {}, ("unknown_entitlement",)),
    ({"account": "acme", "partner_contact": "pat"}, {}, ("partner_missing",)),
    ({"account": "acme", "parent": "c1"}, {}, ("own_parent",)),
    ({"account": "acme", "follow_up_of": "c0"}, {}, ("unknown_follow_up_of",)),
    (
        {"account": "nowhere", "consumer": "nobody", "product": "pump", "contract": "none", "partner_contact": "pat"},
        {},
        (
            *("account_and_consumer", "unknown_account", "unknown_consumer", "unknown_product", "unknown_contract"),
            "partner_missing",
        ),
    ),
)


@pytest.mark.parametrize(("fields", "facts", "codes"), FOREIGN)
def test_missing_unknown_foreign_and_contradictory_content_is_refused(
    fields: dict[str, Any], facts: dict[str, Any], codes: tuple[str, ...], tally: Tally
) -> None:
    """Every reason is told; what is another customer's is as unknown as what does not exist."""
    assert denied(asked(**fields), AGENT, attrs.evolve(FACTS, **facts)) == codes
    tally("lifecycle: unfit content refused", 1)


@pytest.mark.parametrize(
    ("fields", "facts"),
    [
        ({"account": "acme", "asset": "a1"}, {"asset": ASSETS["nobody"]}),
        ({"consumer": "ines", "asset": "a1"}, {"asset": ASSETS["ines"]}),
        ({"requested_by": "req", "asset": "a1"}, {"asset": ASSETS["nobody"]}),
        ({"account": "acme", "contract": "own"}, {}),
        ({"consumer": "ines", "contract": "private"}, {}),
        ({"account": "acme", "entitlement": "own"}, {}),
        ({"account": "acme", "entitlement": "anyone"}, {}),
        ({"account": "acme", "entitlement": "inherited"}, {}),
        ({"account": "acme", "partner": "dealer", "partner_contact": "pat"}, {}),
        ({"account": "acme", "parent": "c0"}, {"parent": attrs.evolve(BUSINESS.case, id=CaseId("c0"))}),
    ],
)
def test_what_belongs_to_the_customer_fits(fields: dict[str, Any], facts: dict[str, Any]) -> None:
    """Their own things and agreements, and those that are nobody's in particular."""
    assert begun(asked(**fields), AGENT, attrs.evolve(FACTS, **facts)).changes["state"] == "new"


def test_agreements_named_at_opening_are_set_by_hand() -> None:
    """What is left blank is derived."""
    opened = begun(asked(account="acme", contract="own"), AGENT)
    assert opened.changes["contract_is_manual"] is True
    assert "entitlement_is_manual" not in opened.changes


def test_policies_decide_what_fits() -> None:
    """Whether an account may stand beside a consumer, and whether agreements are inherited."""
    both = policy(allows_account_with_consumer=True)
    assert whose(begun(asked(account="acme", consumer="ines"), AGENT, rules=both))["consumer"] == "ines"
    inherits = policy(entitlements=EntitlementPolicy(inherit_from_parent_accounts=True))
    assert begun(asked(account="acme", contract="holding", entitlement="holding"), AGENT, rules=inherits)
    elsewhere = attrs.evolve(FACTS, account=HQ, ancestors=())
    assert denied(asked(contact="eve", contract="holding"), AGENT, elsewhere, inherits) == ("unknown_contract",)


@pytest.mark.parametrize(
    ("actor", "name", "value"),
    [
        *((SELF, name, "x") for name in ("assignment_group", "assigned_to", "parent", "requested_by", "partner")),
        (SELF, "work_notes_list", ("x",)),
        (SELF, "contract", "own"),
        (SELF, "entitlement", "own"),
        (SELF, "consumer", "ines"),
        (inside("emil"), "assigned_to", "emil"),
        (Actor(kind="consumer", id="ines"), "account", "acme"),
        (contact("pat", "dealer", "partner"), "partner", "rival"),
        (made(Actor, kind="consumer", id="ines", account="x", roles=frozenset({"partner"})), "account", "acme"),
    ],
)
def test_customers_do_not_do_the_agents_part(actor: Actor, name: str, value: Any) -> None:
    """What only insiders say about a new case is refused from the customer's side."""
    own = {"contact": "eve"} if actor.kind == "contact" else {"consumer": "ines"} if actor.kind == "consumer" else {}
    rules = policy(allows_account_with_consumer=True)
    command = asked(**{**own, name: value})
    assert denied(command, actor, rules=rules) == ("not_yours_to_set",)
    by_agent = opening(command, AGENT, FACTS, rules, START, CaseId("c1"), "CS1")
    assert isinstance(by_agent, Step) or "not_yours_to_set" not in by_agent.codes


def test_a_naive_instant_opens_nothing() -> None:
    """It names no instant."""
    with pytest.raises(NaiveDatetime):
        opening(asked(), SELF, FACTS, POLICY, START.replace(tzinfo=None), CaseId("c1"), "CS1")


# --- a follow-up -----------------------------------------------------------------------------------------------------

LATER = START + timedelta(days=90)


def followed(case: Case, actor: Actor) -> OpenCase:
    """The command that goes on from a case."""
    facts = attrs.evolve(FACTS, asset=BUSINESS.facts.asset)
    command = follow_up(case, actor, facts, POLICY, LATER)
    assert isinstance(command, OpenCase), command
    return command


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_follow_up_goes_on_from_where_the_case_ended(state: Any) -> None:
    """It is for the same customer and about the same thing, and names the case; texts and people are new."""
    case = case_in(state, BUSINESS, product="press", asset="press-1", category="noise", description="Long story")
    command = followed(case, SELF)
    assert command == made(
        OpenCase,
        short_description="The press stands still",
        follow_up_of="case-1",
        account="acme",
        contact="eve",
        requested_by="req",
        partner="dealer",
        partner_contact="pat",
        product="press",
        asset="press-1",
    )
    facts = attrs.evolve(BUSINESS.facts, product=PRESS, followed=case)
    opened = begun(command, SELF, facts, now=LATER)
    assert opened.changes["follow_up_of"] == "case-1"
    assert opened.changes["state"] == "new"
    assert "assigned_to" not in opened.changes


def test_a_follow_up_keeps_agreements_that_were_set_by_hand() -> None:
    """Derived ones are derived afresh; a customer may follow up what an agent set."""
    case = case_in("closed", BUSINESS, contract="own", contract_is_manual=True, entitlement="own")
    command = followed(case, SELF)
    assert (command.contract, command.entitlement) == ("own", None)
    facts = attrs.evolve(FACTS, followed=case)
    assert begun(command, SELF, facts, now=LATER).changes["contract_is_manual"] is True
    other = attrs.evolve(command, contract=ContractId("holding"))
    assert denied(other, SELF, facts) == ("not_yours_to_set",)
    hand = case_in("closed", BUSINESS, entitlement="own", entitlement_is_manual=True)
    assert (followed(hand, AGENT).contract, followed(hand, AGENT).entitlement) == (None, "own")


@pytest.mark.parametrize(
    ("case", "actor", "codes"),
    [
        (case_in("open", BUSINESS), SELF, ("wrong_state",)),
        (case_in("closed", BUSINESS), inside("emil"), ("not_permitted",)),
        (case_in("closed", BUSINESS), contact("carl", "acme"), ("not_involved",)),
        (case_in("closed", BUSINESS, updated_at=LATER + timedelta(1)), SELF, ("too_early",)),
    ],
)
def test_a_follow_up_is_refused_with_its_reasons(case: Case, actor: Actor, codes: tuple[str, ...]) -> None:
    """Before the end, for those who may not, to strangers, and out of time."""
    refused = follow_up(case, actor, BUSINESS.facts, POLICY, LATER)
    assert isinstance(refused, Refusal)
    assert refused.codes == codes


def test_a_follow_up_is_asked_again_at_its_opening() -> None:
    """A case that may not be followed is not followed by naming it; to a stranger it is as if it were not there."""
    command = asked(contact="eve", follow_up_of="case-1")

    def codes(actor: Actor, case: Case | None, rules: SupportPolicy = POLICY, at: timedelta = LATER - START) -> Any:
        facts = attrs.evolve(FACTS, followed=case)
        answer = opening(command, actor, facts, rules, START + at, CaseId("c1"), "CS1")
        return answer.codes if isinstance(answer, Refusal) else answer.changes["follow_up_of"]

    closed = case_in("closed", BUSINESS)
    assert codes(SELF, closed) == "case-1"
    assert codes(AGENT, closed) == "case-1"
    assert codes(SELF, case_in("open", BUSINESS)) == ("wrong_state",)
    assert codes(SELF, closed, policy(1), timedelta(hours=3)) == ("reopen_instead",)
    for unseen in (None, case_in("closed", PRIVATE), case_in("closed", BUSINESS, account="x", contact="y")):
        assert codes(SELF, unseen) == ("unknown_follow_up_of",)


# --- a change of customer, product or agreement ----------------------------------------------------------------------

OTHER = made(Account, id="other", name="Other")
OLGA = made(Contact, id="olga", account="other", name="Olga")
FULL: dict[str, Any] = {
    "account": "acme",
    "contact": "eve",
    "partner": "dealer",
    "partner_contact": "pat",
    "requested_by": None,
    "asset": "a1",
    "product": "press",
    "contract": "own",
    "entitlement": "own",
    "contract_is_manual": True,
}
GONE: dict[str, Any] = {
    **dict.fromkeys(("partner", "partner_contact", "asset", "entitlement", "contract")),
    "contract_is_manual": False,
}


def updated(changes: dict[str, Any], facts: CaseFacts, rules: SupportPolicy = POLICY, **present: Any) -> Step | Refusal:
    """What an agent's update of a full case comes to."""
    case = case_in("open", BUSINESS, **{**FULL, **present})
    return step(case, UpdateCase(changes), AGENT, facts, rules, LATER)


def changed(changes: dict[str, Any], facts: CaseFacts, rules: SupportPolicy = POLICY, **present: Any) -> dict[str, Any]:
    """The fields that an accepted update changes."""
    taken = updated(changes, facts, rules, **present)
    assert isinstance(taken, Step), taken
    return dict(taken.changes)


def test_another_account_takes_what_belonged_to_the_one_before() -> None:
    """Partner, asset, agreements and contact are cleared, and the reason names them; the product stays."""
    facts = CaseFacts(account=OTHER)
    taken = updated({"account": "other"}, facts)
    assert isinstance(taken, Step)
    assert taken.changes == {"account": "other", "contact": None, **GONE}
    assert [reason.code for reason in taken.reasons] == ["cleared"]
    assert set(taken.reasons[0].fields) == {*GONE, "contact"}
    assert taken.happened == (("case_updated", taken.changes, {}),)


def test_a_contact_brings_their_account() -> None:
    """Which is another one, so that the old one's things go; the contact just set stays."""
    facts = CaseFacts(account=OTHER, contact=OLGA)
    assert changed({"contact": "olga"}, facts) == {"contact": "olga", "account": "other", **GONE}
    assert changed({"contact": "olga", "account": "other"}, facts) == {"contact": "olga", "account": "other", **GONE}


def test_what_was_just_set_is_not_cleared() -> None:
    """Nor is what was set to what it was."""
    asset = made(Asset, id="a9", product_model="press", account="other")
    facts = CaseFacts(account=OTHER, asset=asset, contracts=CONTRACTS)
    new = changed({"account": "other", "asset": "a9", "contract": "foreign", "partner": "dealer"}, facts)
    expected = {"account": "other", "asset": "a9", "contract": "foreign", "contact": None}
    assert new == {**expected, "entitlement": None, "partner_contact": None}


def test_a_first_account_takes_nothing() -> None:
    """There was none before whose things they were."""
    both = policy(allows_account_with_consumer=True)
    blank = {"account": None, "contact": None, "partner": None, "partner_contact": None, "consumer": "ines"}
    facts = CaseFacts(account=ACME, consumer=INES, asset=ASSETS["ines"])
    assert changed({"account": "acme"}, facts, both, **blank) == {"account": "acme"}


def test_another_consumer_takes_what_belonged_to_the_one_before() -> None:
    """Asset and agreements; likewise a partner's contact goes with the partner."""
    blank: dict[str, Any] = {**dict.fromkeys(("account", "contact", "partner", "partner_contact")), "consumer": "ivan"}
    gone = {"asset": None, "entitlement": None, "contract": None, "contract_is_manual": False}
    assert changed({"consumer": "ines"}, CaseFacts(consumer=INES), **blank) == {"consumer": "ines", **gone}
    assert changed({"partner": "rival"}, FACTS) == {"partner": "rival", "partner_contact": None}
    assert changed({"partner": None}, FACTS) == {"partner": None, "partner_contact": None}


def test_an_asset_brings_its_product() -> None:
    """Unless the product is set too; an asset that is taken off leaves it."""
    facts = attrs.evolve(FACTS, asset=made(Asset, id="a9", product_model="pump", account="acme"))
    assert changed({"asset": "a9"}, facts) == {"asset": "a9", "product": "pump"}
    assert changed({"asset": "a9", "product": "press"}, facts) == {"asset": "a9"}
    assert changed({"asset": None}, facts) == {"asset": None}


def test_agreements_set_or_emptied_by_hand_stay() -> None:
    """Until they are given back to derivation, which is no value's business."""
    assert changed({"entitlement": "anyone"}, FACTS) == {"entitlement": "anyone", "entitlement_is_manual": True}
    assert changed({"entitlement": None}, FACTS) == {"entitlement": None, "entitlement_is_manual": True}
    assert changed({"contract_is_manual": False}, FACTS) == {"contract_is_manual": False}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"account": None}, ("customer_missing",)),
        ({"consumer": "ines"}, ("account_and_consumer",)),
        ({"account": "other"}, ("unknown_account",)),
        ({"account": None, "requested_by": "req", "contact": "eve"}, ("unknown_contact",)),
        ({"contact": "olga"}, ("unknown_contact",)),
        ({"asset": "a2"}, ("unknown_asset",)),
        ({"product": "pump"}, ("unknown_product",)),
        ({"contract": "foreign"}, ("unknown_contract",)),
        ({"entitlement": "foreign"}, ("unknown_entitlement",)),
        ({"contract": "own", "contract_is_manual": False}, ("by_hand_or_derived",)),
        ({"partner": None, "partner_contact": "pat"}, ("partner_missing",)),
        ({"parent": "case-1"}, ("own_parent",)),
        (
            {"product": "pump", "parent": "case-1", "needs_attention": False},
            ("unknown_product", "own_parent", "not_yours_to_clear"),
        ),
    ],
)
def test_an_unfit_change_is_refused(changes: dict[str, Any], codes: tuple[str, ...], tally: Tally) -> None:
    """With every reason, and nothing changes."""
    refused = updated(changes, FACTS, needs_attention=True, assigned_to=None)
    assert isinstance(refused, Refusal)
    assert refused.codes == codes
    tally("lifecycle: unfit content refused", 1)


def test_a_change_refused_by_the_table_tells_its_content_too() -> None:
    """All reasons at once: the state, and what does not fit."""
    unfit = UpdateCase({"product": "pump"})
    closed = step(case_in("closed", BUSINESS), unfit, AGENT, FACTS, POLICY, LATER)
    assert isinstance(closed, Refusal)
    assert closed.codes == ("wrong_state", "unknown_product")
    fit = step(case_in("closed", BUSINESS), UpdateCase({"category": "x"}), AGENT, FACTS, POLICY, LATER)
    assert isinstance(fit, Refusal)
    assert fit.codes == ("wrong_state",)
    stranger = step(case_in("open", BUSINESS), unfit, contact("carl", "acme"), FACTS, POLICY, LATER)
    assert isinstance(stranger, Refusal)
    assert stranger.codes == ("not_involved",)
