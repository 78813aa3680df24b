"""What fields bring and take off, in the documented order: contact, install base item, asset, account, partner."""

from typing import Any

import attrs
import pytest

from csmcore.model import (
    SYSTEM,
    Account,
    AccountId,
    Actor,
    Asset,
    CaseFacts,
    CaseId,
    Consumer,
    Contact,
    ContactRelationship,
    InstallBaseItem,
    OpenCase,
    ProductModel,
    Refusal,
    SupportPolicy,
    UpdateCase,
)
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import opening
from csmcore.rules.intake.relating import Related, relate
from csmcore.services.gathering import facts_of_case, facts_of_opening
from tests.unit.lifecycle.cast import BUSINESS, START, contact, inside, made, policy
from tests.unit.services.desk import desk

POLICY = policy()
ITEM = made(InstallBaseItem, id="i1", product="press", account="acme", contact="eve", asset="a1")
PRESS = made(Asset, id="a1", product_model="rotary", account="acme")
FACTS = CaseFacts(
    account=made(Account, id="acme", name="Acme"),
    contact=made(Contact, id="eve", account="acme", name="Eve"),
    consumer=made(Consumer, id="ines", name="Ines"),
    asset=PRESS,
    install_base_item=ITEM,
)
NOBODYS = dict.fromkeys(("account", "contact", "consumer", "product", "asset", "install_base_item"))
FULL = {
    "account": "acme",
    "contact": "carl",
    "product": "fan",
    "asset": "a0",
    "install_base_item": None,
    **dict.fromkeys(("consumer", "partner", "partner_contact", "sold_product", "contract", "entitlement")),
    "contract_is_manual": False,
    "entitlement_is_manual": False,
}


def related(
    given: dict[str, Any], present: Any = NOBODYS, facts: CaseFacts = FACTS, rules: SupportPolicy = POLICY
) -> Related:
    """What follows from the fields."""
    return relate(given, present, facts, rules, START)


def brought(*args: Any) -> dict[str, Any]:
    """What fields bring besides themselves; nothing is wrong."""
    changes, _, refusals = related(*args)
    assert refusals == []
    return {name: value for name, value in changes.items() if name not in args[0]}


# --- an install base item --------------------------------------------------------------------------------------------


def test_an_install_base_item_brings_its_customer_contact_asset_and_product() -> None:
    """Each with its reason, in the documented order."""
    changes, reasons, refusals = related({"install_base_item": "i1"})
    assert changes == {
        "install_base_item": "i1",
        "account": "acme",
        "contact": "eve",
        "asset": "a1",
        "product": "press",
    }
    whole = ("account", "product", "contact", "asset")
    assert [reason.code for reason in reasons] == [f"{name}_from_install_base_item" for name in whole]
    assert refusals == []


def test_an_items_asset_brings_the_product_that_the_item_does_not_name() -> None:
    """The asset is brought, and so is what it brings."""
    facts = attrs.evolve(FACTS, install_base_item=attrs.evolve(ITEM, product=None))
    assert brought({"install_base_item": "i1"}, NOBODYS, facts)["product"] == "rotary"
    bare = made(InstallBaseItem, id="i1", account="acme")
    facts = attrs.evolve(FACTS, install_base_item=bare)
    assert brought({"install_base_item": "i1"}, NOBODYS, facts) == {"account": "acme"}


@pytest.mark.parametrize(
    ("owner", "customer"), [({"consumer": "ines"}, {"consumer": "ines"}), ({"organization": "lab"}, {})]
)
def test_an_item_of_others_brings_its_own_customer(owner: dict[str, str], customer: dict[str, str]) -> None:
    """A consumer, or nobody; no contact."""
    thing = made(Asset, id="a1", product_model="rotary", consumer=owner.get("consumer"))
    facts = attrs.evolve(FACTS, asset=thing, install_base_item=made(InstallBaseItem, id="i1", asset="a1", **owner))
    expected = {**customer, "asset": "a1", "product": "rotary"}
    assert brought({"install_base_item": "i1"}, {**NOBODYS, "requested_by": "req"}, facts) == expected


@pytest.mark.parametrize(
    ("given", "present", "expected"),
    [
        ({}, {"account": "acme"}, {"contact": "eve", "asset": "a1", "product": "press"}),
        ({}, {"account": "acme", "contact": "carl", "asset": "a0", "product": "fan"}, {}),
        ({"contact": None, "asset": None, "product": None}, {"account": "acme"}, {}),
        ({"contact": "eve"}, {}, {"account": "acme", "asset": "a1", "product": "press"}),
        ({"account": "acme"}, {}, {"contact": "eve", "asset": "a1", "product": "press"}),
        ({"asset": "a1"}, {}, {"account": "acme", "contact": "eve", "product": "rotary"}),
    ],
)
def test_what_was_said_or_is_there_stays(
    given: dict[str, Any], present: dict[str, Any], expected: dict[str, Any]
) -> None:
    """An item fills blanks, and none that was just made. What is given speaks before what is brought."""
    assert brought({**given, "install_base_item": "i1"}, {**NOBODYS, **present}) == expected


@pytest.mark.parametrize("present", [{"account": "rival"}, {"consumer": "ines"}])
def test_an_item_moves_no_case_to_another_customer(present: dict[str, Any]) -> None:
    """It is unknown to them, and what it brings is no matter."""
    changes, _, refusals = related({"install_base_item": "i1"}, {**NOBODYS, **present})
    assert [reason.code for reason in refusals] == ["unknown_install_base_item"]
    assert not {"account", "consumer", "contact"} & changes.keys()


@pytest.mark.parametrize("given", [{"account": None}, {"consumer": None}])
def test_a_customer_that_was_just_emptied_is_not_filled(given: dict[str, Any]) -> None:
    """Nor is the other one in its place."""
    changes, _, refusals = related({**given, "install_base_item": "i1"})
    assert changes.get("account") is None
    assert "unknown_install_base_item" in [reason.code for reason in refusals]


@pytest.mark.parametrize(
    ("thing", "is_brought"),
    [
        (made(Asset, id="a1", product_model="rotary"), True),
        (made(Asset, id="a1", product_model="rotary", account="rival"), False),
        (made(Asset, id="a9", product_model="rotary", account="acme"), False),
        (None, False),
    ],
)
def test_an_asset_comes_with_its_item_if_it_is_of_the_same_owner(thing: Asset | None, is_brought: bool) -> None:  # noqa: FBT001 - a case
    """Or nobody's; what the host does not know does not come."""
    found = brought({"install_base_item": "i1"}, NOBODYS, attrs.evolve(FACTS, asset=thing))
    assert ("asset" in found) == is_brought


def test_the_customer_that_an_item_brings_is_judged_too() -> None:
    """By the business model, as one that is named."""
    rules = policy(business_models=frozenset({"b2c"}))
    codes = [reason.code for reason in related({"install_base_item": "i1"}, NOBODYS, FACTS, rules).refusals]
    assert codes == ["business_model"]
    assert related({"install_base_item": "i1"}, {**NOBODYS, "account": "acme"}, FACTS, rules).refusals == []


# --- clear first, then fill ------------------------------------------------------------------------------------------


def test_what_is_cleared_is_filled_again() -> None:
    """A new account takes contact and asset off the case; the item that came with it brings its own."""
    elsewhere = {**FULL, "account": "rival"}
    changes, reasons, refusals = related({"account": "acme", "install_base_item": "i1"}, elsewhere)
    assert (changes["contact"], changes["asset"], refusals) == ("eve", "a1", [])
    assert reasons[0].code == "cleared"
    changes, *_ = related({"contact": "eve", "install_base_item": "i1"}, elsewhere)
    assert (changes["account"], changes["contact"], changes["asset"]) == ("acme", "eve", "a1")


def test_another_partner_takes_its_contact_off() -> None:
    """Unless one is named with it."""
    there = {**FULL, "partner": "dealer", "partner_contact": "pat"}
    assert related({"partner": "reseller"}, there).changes == {"partner": "reseller", "partner_contact": None}
    both = {"partner": "reseller", "partner_contact": "rob"}
    assert related(both, there).changes == both


# --- opening ---------------------------------------------------------------------------------------------------------


def begun(actor: Actor, facts: CaseFacts = FACTS, **fields: Any) -> Step | Refusal:
    """A case that is opened."""
    command = made(OpenCase, short_description="Dust", **fields)
    return opening(command, actor, facts, POLICY, START, CaseId("c1"), "CS1")


@pytest.mark.parametrize("actor", [inside("ann", "agent"), SYSTEM, Actor(kind="integration", id="mon")])
def test_an_item_is_enough_to_say_whose_case_it_is(actor: Actor) -> None:
    """Agents and machines know the machine, not the customer."""
    opened = begun(actor, install_base_item="i1")
    assert isinstance(opened, Step)
    assert {name: opened.changes[name] for name in ("account", "contact", "asset", "product")} == {
        "account": "acme",
        "contact": "eve",
        "asset": "a1",
        "product": "press",
    }
    assert begun(actor, CaseFacts(), install_base_item="i1").codes == (  # type: ignore[union-attr]
        *("unknown_install_base_item", "missing"),
    )


def test_a_consumers_item_brings_them() -> None:
    """A household's brings nobody: who of them it is about must be said."""
    own = attrs.evolve(FACTS, install_base_item=made(InstallBaseItem, id="i1", consumer="ines"))
    opened = begun(inside("ann", "agent"), own, install_base_item="i1")
    assert isinstance(opened, Step)
    assert opened.changes["consumer"] == "ines"
    shared = attrs.evolve(FACTS, install_base_item=made(InstallBaseItem, id="i1", household="home"))
    assert isinstance(begun(inside("ann", "agent"), shared, install_base_item="i1"), Refusal)


def test_a_customer_does_not_come_to_others_by_their_item() -> None:
    """Whoever opens a case for themselves is its customer already."""
    answer = begun(contact("carl", "rival", "customer"), install_base_item="i1")
    assert isinstance(answer, Refusal)
    facts = attrs.evolve(FACTS, contact=made(Contact, id="carl", account="rival", name="Carl"))
    answer = begun(contact("carl", "rival", "customer"), facts, install_base_item="i1")
    assert isinstance(answer, Refusal)
    assert answer.codes == ("unknown_install_base_item",)


# --- what a service gathers of it ------------------------------------------------------------------------------------

HEARD = ("account", "contact", "consumer", "asset", "product", "install_base_item")


def gathered(facts: CaseFacts) -> dict[str, Any]:
    """The ids of what is known."""
    nouns = ((name, getattr(facts, name)) for name in HEARD)
    return {name: noun.id for name, noun in nouns if noun is not None}


def test_a_service_gathers_what_an_item_brings() -> None:
    """At opening and later, also where another customer has taken off what was there."""
    host, _, service = desk()
    host.add(
        made(InstallBaseItem, id="i1", account="acme", contact="ida", asset="a7"),
        made(Contact, id="ida", account="acme", name="Ida"),
        made(Contact, id="rob", account="rival", name="Rob"),
        made(Account, id="rival", name="Rival"),
        made(ProductModel, id="rotary", name="Rotary"),
        made(Asset, id="a7", product_model="rotary", account="acme"),
        made(Asset, id="a8", product_model="rotary", account="rival"),
    )
    ann = inside("ann", "agent")
    whole = {"account": "acme", "contact": "ida", "asset": "a7", "product": "rotary", "install_base_item": "i1"}
    command = made(OpenCase, short_description="Dust", install_base_item="i1")
    assert gathered(facts_of_opening(host, command, ann, POLICY, START)) == whole
    case = service.open(command, ann).case
    assert {name: getattr(case, name) for name in whole} == whole
    other = made(OpenCase, short_description="Dust", contact="rob", asset="a8")
    for update in ({"account": "acme", "install_base_item": "i1"}, {"contact": "ida", "install_base_item": "i1"}):
        case = service.open(other, ann).case
        assert gathered(facts_of_case(host, case, POLICY, START, UpdateCase(update), ann)) == whole
        moved = service.apply(case.id, UpdateCase(update), ann).case
        assert (moved.account, moved.contact, moved.asset) == ("acme", "ida", "a7")


def test_a_service_asks_for_no_more_than_the_command_names() -> None:
    """What was emptied is not brought, and what was taken off is not asked for."""
    host, _, service = desk()
    host.add(made(InstallBaseItem, id="i1", account="acme", contact="ida", asset="a7"))
    host.add(made(Contact, id="ida", account="acme", name="Ida"), made(Account, id="rival", name="Rival"))
    host.add(made(Asset, id="a7", product_model="press", account="acme"))
    case = service.open(made(OpenCase, short_description="Dust", install_base_item="i1"), inside("ann", "agent")).case
    moves = facts_of_case(host, case, POLICY, START, UpdateCase({"account": "rival"}))
    assert gathered(moves) == {"account": "rival", "product": "press"}
    host.add(
        made(InstallBaseItem, id="i9", account="rival", contact="rob"),
        made(Contact, id="rob", account="rival", name="Rob"),
    )
    alone = service.open(made(OpenCase, short_description="Dust", account="acme"), inside("ann", "agent")).case
    foreign = facts_of_case(host, alone, POLICY, START, UpdateCase({"install_base_item": "i9"}))
    assert gathered(foreign) == {"account": "acme", "install_base_item": "i9"}
    without = UpdateCase({"contact": None, "asset": None, "install_base_item": "i1"})
    emptied = facts_of_case(host, case, POLICY, START, without)
    assert gathered(emptied) == {"account": "acme", "product": "press", "install_base_item": "i1"}


# --- who may open a case for whom ------------------------------------------------------------------------------------

PAT = contact("pat", "dealer", "partner")


def test_a_partner_opens_cases_for_the_accounts_that_it_is_related_to() -> None:
    """By a relationship, of an active type, at whose partner's end it stands; and it is on the case as the partner."""
    opened = begun(PAT, BUSINESS.facts, contact="eve")
    assert isinstance(opened, Step)
    assert (opened.changes["account"], opened.changes["partner"]) == ("acme", "dealer")
    assert opened.by == "customer"


@pytest.mark.parametrize(
    "fewer",
    [
        {"relationships": ()},
        {"relationship_types": ()},
        {"relationships": (attrs.evolve(BUSINESS.facts.relationships[0], from_account=AccountId("reseller")),)},
        {"relationships": (attrs.evolve(BUSINESS.facts.relationships[0], to_account=AccountId("hq")),)},
        {"relationship_types": (attrs.evolve(BUSINESS.facts.relationship_types[0], active=False),)},
        {"relationship_types": (attrs.evolve(BUSINESS.facts.relationship_types[0], from_role="account"),)},
        {"account": attrs.evolve(made(Account, id="acme", name="Acme"), active=False), "ancestors": ()},
        {"account": None, "ancestors": ()},
        {"account": made(Account, id="other", name="Other"), "ancestors": ()},
    ],
)
@pytest.mark.parametrize("fields", [{"contact": "eve"}, {"account": "acme"}])
def test_a_partner_without_a_relationship_is_a_stranger(fewer: dict[str, Any], fields: dict[str, Any]) -> None:
    """Told what a stranger is told."""
    answer = begun(PAT, attrs.evolve(BUSINESS.facts, **fewer), **fields)
    assert isinstance(answer, Refusal)
    assert answer.codes == ("not_involved",)


def test_a_partner_opens_no_case_for_a_consumer() -> None:
    """Relationships are between accounts; a consumer beside one of its own is for agents to name."""
    facts = attrs.evolve(BUSINESS.facts, consumer=made(Consumer, id="ines", name="Ines"))
    answer = begun(PAT, facts, consumer="ines")
    assert isinstance(answer, Refusal)
    assert answer.codes == ("not_involved",)
    rules = policy(allows_account_with_consumer=True)
    command = made(OpenCase, short_description="Dust", account="acme", consumer="ines")
    both = opening(command, PAT, facts, rules, START, CaseId("c1"), "CS1")
    assert isinstance(both, Refusal)
    assert both.codes == ("not_yours_to_set",)


def test_a_contact_who_is_named_acts_for_an_account() -> None:
    """In a customer's role, where a relationship says so; they are no partner on the case."""
    olga = contact("olga", "other", "customer")
    assert isinstance(begun(olga, BUSINESS.facts, contact="eve"), Refusal)
    named = attrs.evolve(BUSINESS.facts, contact_relationships=(appointed("olga"),))
    opened = begun(olga, named, contact="eve")
    assert isinstance(opened, Step)
    assert "partner" not in opened.changes
    assert isinstance(
        begun(olga, attrs.evolve(named, contact_relationships=(appointed("otto"),)), contact="eve"), Refusal
    )


def appointed(name: str) -> ContactRelationship:
    """A contact who acts for Acme."""
    return made(ContactRelationship, id="r", account="acme", contact=name)
