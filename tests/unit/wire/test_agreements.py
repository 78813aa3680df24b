"""Agreements from documents, and back."""

from datetime import date
from pathlib import Path

import pytest

from csmcore.errors import DocumentError
from csmcore.model import (
    AccountId,
    AgreementBook,
    AssetId,
    ContactId,
    ContractId,
    CoveredAsset,
    CoveredProduct,
    EntitlementId,
    ProductModelId,
)
from csmcore.wire import dump_agreements, from_plain, load_agreements, load_policy, to_json, to_plain

GOLDEN = Path(__file__).parent / "golden"
KINDS = "known are account, contact, consumer, household, offered_product, model_category, product, location, ..."
POLICY = load_policy((GOLDEN / "policy-1.toml").read_bytes())


def test_agreements_of_toml_are_what_they_say() -> None:
    """Every entry of the golden agreements is there under its id, and all ids lead somewhere."""
    book = load_agreements((GOLDEN / "agreements-1.toml").read_bytes(), POLICY)
    assert {section: len(entries) for section, entries in to_plain(book).items() if section != "format"} == {
        "accounts": 2,
        "contacts": 1,
        "consumers": 1,
        "products": 1,
        "assets": 2,
        "contracts": 2,
        "entitlements": 2,
    }
    contract = book.contracts[ContractId("c-1")]
    assert contract.covered_assets == (
        CoveredAsset(asset=AssetId("sn-1"), date_added=date(2026, 1, 1), date_removed=date(2026, 12, 31)),
    )
    assert contract.covered_products == (CoveredProduct(product=ProductModelId("pump")),)
    assert contract.ends_on == date(9999, 12, 31)
    entitlement = book.entitlements[EntitlementId("e-1")]
    assert (entitlement.channels, entitlement.inherits, entitlement.used) == (frozenset({"web", "phone"}), False, 3_600)
    assert book.accounts[AccountId("acme")].parent == "group"


def test_agreements_come_back_from_each_form() -> None:
    """JSON for people and plain data give an equal book; an empty section is left out."""
    book = load_agreements((GOLDEN / "agreements-1.toml").read_bytes())
    assert load_agreements(dump_agreements(book), POLICY) == book
    assert from_plain(AgreementBook, to_plain(book)) == book
    assert dump_agreements(AgreementBook()) == '{\n  "format": 1\n}\n'
    assert load_agreements(dump_agreements(AgreementBook())) == AgreementBook()


def test_json_lines_may_stand_in_any_order() -> None:
    """A contact may be named before its account; blank lines and line ends of any kind are nothing."""
    lines = (GOLDEN / "agreements-1.jsonl").read_bytes()
    book = load_agreements(lines, POLICY)
    assert list(book.contacts) == ["jo"]
    assert load_agreements(lines.replace(b"\n", b"\r\n")) == book
    assert load_agreements(lines.decode(), syntax="json_lines") == book
    head, *rest = lines.decode().split("\n")
    assert load_agreements("\n".join([head, *reversed(rest)])) == book
    assert to_json(book.contacts[ContactId("jo")]) in lines.decode().replace('", "', '","').replace('": "', '":"')


def test_one_line_is_a_document() -> None:
    """The first line of JSON lines by itself is an empty document; a JSON document on one line is no JSON lines."""
    assert load_agreements('{"format": 1}\n\n') == AgreementBook()
    assert load_agreements('{"format": 1}', syntax="json_lines") == AgreementBook()
    assert len(load_agreements('{"format": 1, "accounts": {"a": {"name": "A"}}}').accounts) == 1
    assert len(load_agreements('{"format": 1,\n"accounts": {"a": {"name": "A"}}}').accounts) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1: this is no JSON: expecting value"),
        ('{"kind": "account"}\n{}', "line 1, $.format: it is missing; begin the document with format 1"),
        ('\n{"format": 3}\n{}', "line 2, $.format: 3 is no format that this version reads; write 1"),
        ('{"format": 1, "kind": "x"}\n{}', "line 1, $: unknown key 'kind'; let the first line say the format alone"),
        ('{"format": 1}\n[]', "line 2, $: [] is no mapping; write keys and values"),
        (
            '{"format": 1}\n{}',
            f"line 2, $.kind: it is missing; {KINDS}",
        ),
        (
            '{"format": 1}\n{"kind": ["account"]}',
            f"line 2, $.kind: ['account'] is not known; {KINDS}",
        ),
        (
            '{"format": 1}\n{"kind": "account", "id": "a", "name": "A", "parent": "a"}',
            "line 2, $.parent: account 'a' is its own parent; name another account, or none",
        ),
    ],
)
def test_a_bad_line_is_told_by_its_number(text: str, told: str) -> None:
    """The first line must say the format; every other is one entry."""
    with pytest.raises(DocumentError) as caught:
        load_agreements(text, syntax="json_lines")
    assert str(caught.value) == told


def test_without_a_policy_its_names_are_believed() -> None:
    """A calendar or a promise is looked up only where the policy is given."""
    text = 'format = 1\n[accounts.a]\nname = "A"\ncalendar = "galaxy"'
    assert load_agreements(text).accounts[AccountId("a")].calendar == "galaxy"
    with pytest.raises(DocumentError) as caught:
        load_agreements(text, POLICY)
    assert (
        str(caught.value)
        == "$.accounts.a.calendar: the policy has no calendar 'galaxy'; known are berlin, boston, sun, floating"
    )


def test_a_circle_of_accounts_is_told_once() -> None:
    """Accounts that lead into a circle are not in it."""
    accounts = {"a": "b", "b": "c", "c": "d", "d": "b", "e": "c", "f": None}
    document = {
        "format": 1,
        "accounts": {
            name: {"name": name, **({"parent": parent} if parent else {})} for name, parent in accounts.items()
        },
    }
    with pytest.raises(DocumentError) as caught:
        from_plain(AgreementBook, document)
    assert [problem.path for problem in caught.value.problems] == ["$.accounts.b.parent"]


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        (
            '[escalation.templates.late]\napproval_group = "bord"',
            "$.escalation.templates.late.approval_group: no group",
        ),
        ('[escalation.templates.late]\nwatch_list = ["mai"]', "$.escalation.templates.late.watch_list[0]: no user"),
        ('[[assignment.rules]]\nid = "all"\ngroup = "bord"', "$.assignment.rules[0].group: no group"),
    ],
)
def test_people_that_a_policy_names_are_those_of_the_book(policy: str, place: str) -> None:
    """A template whose approvers are nobody would approve everything; a book without people is not asked."""
    rules = load_policy(f'format = 1\nname = "desk"\nversion = "1"\n{policy}')
    people = 'format = 1\n[groups.board]\nname = "Board"\n[users.mia]\nname = "Mia"\ngroups = ["board"]'
    with pytest.raises(DocumentError) as caught:
        load_agreements(people, rules)
    assert place in str(caught.value)
    assert load_agreements("format = 1", rules).groups == {}
