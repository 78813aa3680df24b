"""What a case that goes on from an ended one is opened with, and what is left out of it."""

from datetime import date
from typing import Any

import attrs
import pytest

from csmcore.model import (
    Account,
    Asset,
    Case,
    CaseFacts,
    CaseId,
    CaseType,
    Contact,
    ExtraField,
    InstallBaseItem,
    KnownCase,
    MessageFacts,
    OpenCase,
    ProductModel,
    Refusal,
    ServiceContract,
    SoldProduct,
    SupportPolicy,
)
from csmcore.rules import compile_policy, decide_message, decide_open
from csmcore.rules.intake.continuing import Continued, continued
from tests.unit.lifecycle.cast import made, policy
from tests.unit.messages.scenes import NOW, WHO, known, message

WHOLE = {
    "product": "press",
    "asset": "a1",
    "sold_product": "s1",
    "install_base_item": "i1",
    "contract": "k1",
    "contract_is_manual": True,
}
FACTS = CaseFacts(
    account=made(Account, id="acme", name="Acme"),
    contact=made(Contact, id="eve", account="acme", name="Eve"),
    product=made(ProductModel, id="press", name="Press"),
    asset=made(Asset, id="a1", product_model="press", account="acme"),
    sold_product=made(SoldProduct, id="s1", product="press", account="acme"),
    install_base_item=made(InstallBaseItem, id="i1", product="press", account="acme"),
    contracts=(made(ServiceContract, id="k1", number="K1", account="acme"),),
)


def ended(rules: SupportPolicy, **fields: Any) -> Case:
    """A case of Eve's that was cancelled."""
    return attrs.evolve(known("c0", state="cancelled", **fields).case, policy=rules.ref)


def goes_on(case: Case, facts: CaseFacts = FACTS, rules: SupportPolicy | None = None, who: str = "eve") -> Continued:
    """What goes on from it; whoever it is for may open it so."""
    plan = compile_policy(rules or policy())
    answer = continued(case, WHO[who], facts, plan.policy, NOW, plan.flows)
    assert isinstance(answer, Continued)
    around = attrs.evolve(facts, followed=case)
    opened = decide_open(answer.command, WHO[who], around, plan, NOW, CaseId("c2"), "CS2")
    assert not isinstance(opened, Refusal), opened
    return answer


def test_all_that_is_still_theirs_is_copied() -> None:
    """And nothing is said of it."""
    answer = goes_on(ended(policy(), **WHOLE))
    assert answer.left_out == ()
    assert {name: getattr(answer.command, name) for name in WHOLE if name in OpenCase.__annotations__} == {
        name: value for name, value in WHOLE.items() if name != "contract_is_manual"
    }


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"product": None}, "product"),
        ({"asset": made(Asset, id="a1", product_model="press", account="rival")}, "asset"),
        ({"asset": None}, "asset"),
        ({"sold_product": made(SoldProduct, id="s1", product="press", account="rival")}, "sold_product"),
        (
            {
                "install_base_item": made(
                    InstallBaseItem,
                    id="i1",
                    account="acme",
                    installed_on=date(2020, 1, 1),
                    uninstalled_on=date(2026, 1, 1),
                )
            },
            "install_base_item",
        ),
        ({"contracts": ()}, "contract"),
    ],
)
def test_what_is_no_longer_theirs_is_left_out_and_said_so(facts: dict[str, Any], field: str) -> None:
    """Else nothing could go on from the case."""
    answer = goes_on(ended(policy(), **WHOLE), attrs.evolve(FACTS, **facts))
    assert getattr(answer.command, field) is None
    assert [(reason.code, reason.fields) for reason in answer.left_out] == [("left_out", (field,))]
    assert answer.command.account == "acme"


def test_a_contact_who_has_moved_is_left_out_where_an_agent_goes_on() -> None:
    """The account stays."""
    moved = attrs.evolve(FACTS, contact=made(Contact, id="eve", account="rival", name="Eve"))
    answer = goes_on(ended(policy()), moved, who="ann")
    assert (answer.command.account, answer.command.contact) == ("acme", None)


HIDDEN = made(ExtraField, customer_may_see=False, required_at=("open_case",))
LINES = policy(
    case_types={
        "line": made(CaseType, fields={"risk": HIDDEN, "floor": made(ExtraField)}),
        "inside": made(CaseType, opened_by=frozenset({"agent"})),
    }
)


@pytest.mark.parametrize(
    ("who", "kind", "extra", "copied"),
    [
        ("ann", "line", {"risk": "high", "floor": "2"}, {"risk": "high", "floor": "2"}),
        ("eve", "line", {"risk": "high", "floor": "2"}, None),
        ("ann", "inside", {}, {}),
        ("eve", "inside", {}, None),
        ("ann", "gone", {}, None),
    ],
)
def test_a_type_that_cannot_be_opened_as_things_are_is_left_out(
    who: str, kind: str, extra: dict[str, str], copied: dict[str, str] | None
) -> None:
    """With its fields: one that needs what the sender does not see, one that they may not choose, one of before."""
    answer = goes_on(ended(LINES, case_type=kind, extra=extra), FACTS, LINES, who)
    assert (answer.command.case_type, answer.command.extra) == ((None, {}) if copied is None else (kind, copied))
    assert [reason.fields for reason in answer.left_out] == ([("case_type", "extra")] if copied is None else [])
    assert not any("risk" in reason.text for reason in answer.left_out)


def test_a_message_tells_what_was_left_out() -> None:
    """After where it went."""
    case = ended(LINES, case_type="line", extra={"risk": "high"}, **WHOLE)
    there = KnownCase(case=case, facts=attrs.evolve(FACTS, asset=None), policy=LINES)
    known_so_far = MessageFacts(cases=(there,), threads={"m1": (CaseId("c0"),)})
    answer = decide_message(message(in_reply_to="m1"), WHO["eve"], known_so_far, LINES, NOW)
    assert [(reason.code, reason.fields) for reason in answer.reasons] == [
        ("by_reply", ("in_reply_to",)),
        ("follow_up_opened", ("case",)),
        ("left_out", ("asset",)),
        ("left_out", ("case_type", "extra")),
    ]
