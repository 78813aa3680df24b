"""A child for each customer: who gets one, with what, and who keeps the one they have."""

from typing import Any

import attrs
import pytest

from csmcore.model import (
    AddChildren,
    AssignToMe,
    CancelCase,
    ChildCase,
    ContactId,
    OpenCase,
    OverridePriority,
    Refusal,
    UpdateCase,
)
from csmcore.rules.cases.lifecycle import step
from tests.unit.major.desk import ANN, ANNA, MIA, Desk, policy


def add(*accounts: str, consumers: tuple[str, ...] = (), comment: str = "") -> AddChildren:
    """The command from words."""
    fields: dict[str, Any] = {"accounts": accounts, "consumers": consumers, "comment": comment}
    return AddChildren(**fields)


def test_each_customer_gets_a_case() -> None:
    """With the major case's subject, channel, priority and comment; an account's primary contact hears of it."""
    desk = Desk()
    major = desk.major(channel="phone")
    desk.do(major, OverridePriority(priority=2, reason="many"))
    taken = desk.do(major, add("acme", "bolt", consumers=("ivan",), comment="We are at it."), ANN)
    assert not desk.refused
    children = [desk.cases[name] for name in ("c2", "c3", "c4")]
    assert [(case.account, case.contact, case.consumer) for case in children] == [
        ("acme", "anna", None),
        ("bolt", None, None),
        (None, None, "ivan"),
    ]
    assert {(case.short_description, case.channel, case.priority, case.parent) for case in children} == {
        ("No network", "phone", 2, major)
    }
    assert [case.informed_users for case in children] == [("anna",), (), ()]
    assert all(desk.texts(case.id) == [("Comment", "system", "We are at it.")] for case in children)
    assert desk.texts(major) == [("WorkNote", "ann", "Children are opened for acme, bolt, ivan.")]
    [added] = taken.happened
    assert (added.kind, added.details["accounts"], added.details["consumers"]) == (
        "children_added",
        ("acme", "bolt"),
        ("ivan",),
    )


def test_nobody_gets_two() -> None:
    """Who has one that lives keeps it, and hears nothing; where all have one there is nothing to do."""
    desk = Desk()
    major = desk.major()
    desk.do(major, add("acme"))
    taken = desk.do(major, add("acme", "bolt", comment="News."))
    assert [reason.code for reason in taken.reasons] == ["child_exists"]
    assert [case.account for case in desk.cases.values()] == [None, "acme", "bolt"]
    assert desk.texts("c2") == []
    assert desk.denied(major, add("acme", "bolt")) == ("child_exists", "child_exists")
    desk.do("c2", CancelCase("spam"))
    desk.do(major, add("acme"))
    assert desk.cases["c4"].account == "acme"


def test_two_lists_at_once_give_nobody_two() -> None:
    """The second was decided before the first one's children were there: its command is the same, by id."""
    desk = Desk()
    major = desk.major()
    command = add("acme")
    facts = desk.facts(command)
    [first] = desk.do(major, command).orders
    before = step(desk.cases[major], command, MIA, facts, desk.policy, desk.now)
    assert not isinstance(before, Refusal)
    assert [order.command_id for order in before.orders] == [first.command_id]


@pytest.mark.parametrize("changes", [{"parent": None}, {"account": "bolt"}])
def test_whoever_has_lost_their_child_gets_another(changes: dict[str, Any]) -> None:
    """It was moved away, or is another's now: that one was opened before is of no matter."""
    desk = Desk()
    major = desk.major()
    desk.do(major, add("acme"))
    desk.do("c2", UpdateCase(changes))
    desk.do(major, add("acme", comment="Again."))
    assert (desk.cases["c3"].account, desk.cases["c3"].parent) == ("acme", major)
    assert not desk.refused


def test_a_customer_the_policy_has_no_business_with_gets_none() -> None:
    """Their case would be refused, after a note has said that it is opened."""
    desk = Desk(attrs.evolve(policy(), business_models=frozenset({"b2b"})))
    major = desk.major()
    assert desk.denied(major, add("acme", consumers=("ivan",))) == ("business_model",)
    assert desk.texts(major) == []
    both = Desk(attrs.evolve(policy(), business_models=frozenset({"b2b2c"})))
    both.do(both.major(), add("acme", consumers=("ivan",)))
    assert [case.consumer for case in both.cases.values()] == [None, None, "ivan"]


@pytest.mark.parametrize("primary", ["nobody", "bert"])
def test_a_primary_contact_who_is_not_the_accounts_has_no_case(primary: str) -> None:
    """Neither known by nobody nor another account's: the account has its case, and the answer says why they are not."""
    desk = Desk()
    desk.accounts["acme"] = attrs.evolve(desk.accounts["acme"], primary_contact=ContactId(primary))
    taken = desk.do(desk.major(), add("acme", "bolt"))
    assert [reason.code for reason in taken.reasons] == ["unknown_contact"]
    child = desk.cases["c2"]
    assert (child.account, child.contact, child.informed_users) == ("acme", None, ())
    assert not desk.refused


def test_children_are_for_the_alert_of_their_major_case() -> None:
    """So that whoever looks for the alert's cases finds them."""
    desk = Desk()
    desk.do(desk.major(alert="a-1"), add("acme"))
    assert desk.cases["c2"].alert == "a-1"


def test_every_reason_why_not() -> None:
    """Unknown customers, too many of them, none at all, no major case, nobody's business."""
    desk = Desk(policy(max_children=2))
    major, other = desk.major(), desk.opens(contact="anna")
    assert desk.denied(major, add("acme", "nobody", consumers=("nil",))) == (
        "unknown_account",
        "unknown_consumer",
        "too_many_children",
    )
    assert desk.denied(major, add()) == ("missing",)
    assert desk.denied(other, add()) == ("no_major_case", "missing")
    assert desk.denied(other, add("acme"), ANNA) == ("not_permitted",)
    desk.do(major, add("acme"))
    desk.do("c3", CancelCase("spam"))
    desk.do(major, add("acme", "bolt"))
    desk.do("c4", AssignToMe())
    assert desk.denied(major, add("cord")) == ("too_many_children",)


def test_what_is_not_on_the_list_is_not_copied() -> None:
    """A policy may leave the priority out."""
    desk = Desk(policy(synced_fields=("comments",)))
    major = desk.major()
    desk.do(major, OverridePriority(priority=1, reason="many"))
    desk.do(major, add("acme"))
    assert desk.cases["c2"].priority == 4


def test_a_note_names_ten_of_many() -> None:
    """The event has all."""
    desk = Desk()
    names = [f"a{index:02}" for index in range(12)]
    account = desk.accounts["bolt"]
    desk.accounts |= {name: type(account)(id=name, name=name) for name in names}  # type: ignore[arg-type]
    major = desk.major()
    desk.do(major, add(*names))
    [(_, _, text)] = desk.texts(major)
    assert text == f"Children are opened for {', '.join(names[:10])} and 2 more."
    assert len(desk.children(major)) == 12


@pytest.mark.parametrize("count", [10_000])
def test_ten_thousand_children_are_one_step(count: int) -> None:
    """Each has an order of its own; those who have a child are passed over."""
    desk = Desk()
    names = tuple(f"a{index}" for index in range(count))
    account = desk.accounts["bolt"]
    desk.accounts |= {name: type(account)(id=name, name=name) for name in names}  # type: ignore[arg-type]
    case, command = desk.cases[desk.major()], add(*names)
    taken = step(case, command, MIA, desk.facts(command), desk.policy, desk.now)
    assert not isinstance(taken, Refusal)
    assert len({order.command_id for order in taken.orders}) == count
    assert all(isinstance(order.command, OpenCase) for order in taken.orders)
    assert ChildCase.of(case).account is None
