"""What entries of agreements say against one another is refused where they say it; what only looks odd is read."""

from time import perf_counter
from typing import Any

import pytest

from csmcore.errors import DocumentError
from csmcore.model import AccountId, AgreementBook, ConsumerId
from csmcore.wire import dump_agreements, from_plain, load_agreements
from csmcore.wire.contradictions import contradictions
from csmcore.wire.families import Families

BOOK: dict[str, dict[str, dict[str, Any]]] = {
    "accounts": {
        "group": {"name": "Group"},
        "acme": {"name": "Acme", "parent": "group", "is_partner": True},
        "north": {"name": "North", "parent": "acme"},
        "other": {"name": "Other", "parent": "group"},
    },
    "contacts": {
        "jo": {"name": "Jo", "account": "acme"},
        "al": {"name": "Al", "account": "acme"},
        "zoe": {"name": "Zoe", "account": "other"},
    },
    "consumers": {"jane": {"name": "Jane"}, "bob": {"name": "Bob"}},
    "households": {
        "mill": {"name": "Mill", "members": [{"consumer": "jane", "ends_on": "2025-12-31", "is_primary": True}]},
        "hill": {"name": "Hill", "members": [{"consumer": "bob", "is_primary": True}]},
    },
    "products": {"pump": {"name": "Pump"}},
    "assets": {
        "free": {"product_model": "pump"},
        "acmes": {"product_model": "pump", "account": "acme"},
        "norths": {"product_model": "pump", "account": "north"},
        "others": {"product_model": "pump", "account": "other"},
    },
    "sold_products": {
        "both": {"product": "pump", "account": "acme", "consumer": "jane"},
        "janes": {"product": "pump", "consumer": "jane"},
        "mills": {"product": "pump", "household": "mill"},
        "hills": {"product": "pump", "household": "hill"},
        "lent": {"product": "pump", "organization": "us"},
    },
    "install_base_items": {"old": {"account": "acme"}, "new": {"account": "acme", "replaces": "old"}},
    "contracts": {
        "c": {
            "number": "C",
            "account": "acme",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "lines": [{"id": "1", "starts_on": "2026-03-01"}, {"id": "2", "parent": "1"}],
        },
        "j": {"number": "J", "consumer": "jane"},
    },
    "entitlements": {"e": {"number": "E", "account": "acme"}},
    "responsibilities": {
        "manager": {"name": "Manager", "is_unique": True},
        "signer": {"name": "Signer", "held_by": "contact", "is_unique": True},
        "reader": {"name": "Reader", "held_by": "contact"},
    },
    "relationship_types": {"resells": {"label": "resells to", "reverse_label": "buys from", "from_role": "partner"}},
}
"""A document in which everything is true at once."""
KEEP = "keep the days of a part within those of the whole"


def _read(**sections: dict[str, dict[str, Any]]) -> AgreementBook:
    """The document with more entries, or with more said of those that it has."""
    document: dict[str, Any] = {"format": 1, **BOOK}
    for section, entries in sections.items():
        old = BOOK.get(section, {})
        document[section] = old | {name: old.get(name, {}) | entry for name, entry in entries.items()}
    return from_plain(AgreementBook, document)


def _is_sound(**sections: dict[str, dict[str, Any]]) -> bool:
    """Whether such a document is read, and what is written of it says the same."""
    book = _read(**sections)
    return load_agreements(dump_agreements(book)) == book


def _told(**sections: dict[str, dict[str, Any]]) -> list[str]:
    """What is told of a document that is refused."""
    with pytest.raises(DocumentError) as caught:
        _read(**sections)
    return [str(problem) for problem in caught.value.problems]


def test_a_contact_or_a_code_of_another_account_is_refused() -> None:
    """A contact is the account's own, and a code leads to one account."""
    assert _told(
        accounts={"acme": {"primary_contact": "zoe", "account_code": "A"}, "north": {"account_code": "A"}}
    ) == [
        "$.accounts.acme.primary_contact: 'zoe' is no contact of account 'acme'; name one of that account's contacts",
        "$.accounts.north.account_code: 'A' is that of account 'acme' too; give each account its own",
    ]


@pytest.mark.parametrize(
    ("section", "holder", "unique", "names", "wrong", "called"),
    [
        ("team_members", "user", "manager", ("u", "v"), "reader", "'Reader'"),
        ("contact_relationships", "contact", "signer", ("jo", "al"), "manager", "'Manager'"),
    ],
)
def test_a_responsibility_has_holders_of_its_kind_and_a_unique_one_has_one(  # noqa: PLR0913, PLR0917 - a row
    section: str, holder: str, unique: str, names: tuple[str, str], wrong: str, called: str
) -> None:
    """Users in teams and contacts beside them; one for each customer where it is unique."""
    first, second = ({holder: name, "responsibility": unique, "account": "acme"} for name in names)
    assert _is_sound(**{section: {"one": first, "two": second | {"account": "other"}}})
    has = f"'{unique.title()}' is unique, and '{names[0]}' has it for that customer"
    assert _told(**{section: {"one": first, "two": second}}) == [
        f"$.{section}.two.responsibility: {has}; let one {holder} have it"
    ]
    assert _told(**{section: {"one": first | {"responsibility": wrong}}}) == [
        f"$.{section}.one.responsibility: {called} is not held by {holder}s; name one that is"
    ]


def test_contacts_may_act_for_an_account_without_a_responsibility_or_share_one() -> None:
    """Only a unique responsibility has one contact for each account; none is none that is shared."""
    acts = [{"contact": name, "account": "acme"} for name in ("jo", "al", "zoe")]
    read = [one | {"responsibility": "reader"} for one in acts]
    book = _read(contact_relationships={str(place): one for place, one in enumerate((*acts, *read))})
    assert len(book.contact_relationships) == 6


def test_at_a_partner_end_stands_a_partner() -> None:
    """The other end is for any account."""
    related = {"type": "resells", "from_account": "acme", "to_account": "other"}
    assert _is_sound(account_relationships={"r": related})
    assert _told(account_relationships={"r": related | {"from_account": "other", "to_account": "acme"}}) == [
        "$.account_relationships.r.from_account: account 'other' is no partner; name one, or make it one"
    ]


def test_of_two_primary_households_one_ends() -> None:
    """A household that was the main one until the consumer left it stays so for its days (jane's mill)."""
    jane = {"consumer": "jane", "is_primary": True}
    bobs = BOOK["households"]["hill"]["members"]
    book = _read(households={"hill": {"members": [*bobs, jane]}})
    assert book.households.keys() == {"mill", "hill"}
    too = "'mill' is the primary household of 'jane' too; let one of them be primary, or end"
    assert _told(households={"mill": {"members": [jane]}, "hill": {"members": [*bobs, jane]}}) == [
        f"$.households.hill.members[1].is_primary: {too}"
    ]


def test_one_item_replaces_another() -> None:
    """What was replaced is not there to be replaced again."""
    assert _told(install_base_items={"newer": {"account": "acme", "replaces": "old"}}) == [
        "$.install_base_items.newer.replaces: 'new' has replaced 'old'; name what it replaces, or none"
    ]


def test_consumers_are_not_merged_in_a_circle() -> None:
    """A merged record leads to one that is not."""
    merged = {"jane": {"merged_into": "bob", "active": False}}
    assert _read(consumers=merged).consumers[ConsumerId("jane")].merged_into == "bob"
    assert _told(consumers=merged | {"bob": {"merged_into": "jane", "active": False}}) == [
        "$.consumers.jane.merged_into: consumer 'jane' is above itself; let one of the circle have none"
    ]


@pytest.mark.parametrize(
    ("contract", "section", "theirs", "foreign"),
    [
        ("c", "assets", ("free", "acmes", "norths"), ("others",)),
        ("c", "sold_products", ("both",), ("janes", "mills", "lent")),
        ("c", "install_base_items", ("old", "new"), ()),
        ("j", "assets", ("free",), ("acmes",)),
        ("j", "sold_products", ("both", "janes", "mills"), ("hills", "lent")),
    ],
)
def test_a_contract_covers_what_its_customer_has(
    contract: str, section: str, theirs: tuple[str, ...], foreign: tuple[str, ...]
) -> None:
    """An account's what it or one below has, a consumer's theirs and their households', and both the ownerless."""
    covered = [{section.removesuffix("s"): name} for name in (*theirs, *foreign)]
    if not foreign:
        assert _is_sound(contracts={contract: {f"covered_{section}": covered}})
        return
    assert _told(contracts={contract: {f"covered_{section}": covered}}) == [
        f"$.contracts.{contract}.covered_{section}[{len(theirs) + place}]: '{name}' is another customer's; "
        "cover what the customer has"
        for place, name in enumerate(foreign)
    ]


@pytest.mark.parametrize(("kind", "item"), [("product", "pump"), ("asset", "acmes")])
def test_a_thing_is_covered_once_a_day_on_one_line(kind: str, item: str) -> None:
    """Days after one another are sound, in any order, and so is another line."""
    spring: dict[str, Any] = {kind: item, "date_added": "2026-03-01", "date_removed": "2026-05-31"}
    winter = {kind: item, "date_removed": "2026-02-28"}
    assert _is_sound(contracts={"c": {f"covered_{kind}s": [spring, winter, spring | {"line": "1"}]}})
    rest = {kind: item, "date_added": "2026-05-31"}
    already = f"'{item}' is covered there on such days already; let one of the two end first"
    assert _told(contracts={"c": {f"covered_{kind}s": [rest, winter, spring]}}) == [
        f"$.contracts.c.covered_{kind}s[0]: {already}"
    ]
    year = {kind: item}
    assert [line.partition(":")[0] for line in _told(contracts={"c": {f"covered_{kind}s": [year, spring, rest]}})] == [
        f"$.contracts.c.covered_{kind}s[1]",
        f"$.contracts.c.covered_{kind}s[2]",
    ]


def test_a_renewal_is_the_same_customers() -> None:
    """One of another account's, or of a consumer's, renews nothing of acme's."""
    renewal = {"number": "R", "account": "acme", "renewed_from": "c", "renewal_root": "c"}
    assert _is_sound(contracts={"r": renewal})
    assert _told(contracts={"r": renewal | {"account": "other"}}) == [
        "$.contracts.r.renewed_from: contract 'c' is another customer's; name one of the customer's own"
    ]


def test_a_contract_that_was_renewed_may_be_cancelled() -> None:
    """The rules let it: what follows it stays."""
    renewal = {"number": "R", "account": "acme", "renewed_from": "c", "renewal_root": "c"}
    assert _is_sound(contracts={"c": {"state": "cancelled"}, "r": renewal})


def test_a_contract_has_no_day_outside_its_parents() -> None:
    """What is open is as long as the whole."""
    part = {"number": "P", "account": "acme", "parent": "c"}
    assert _is_sound(contracts={"p": part, "q": part | {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}})
    why = "is outside 2026-01-01 to 2026-12-31, the days of contract 'c'; " + KEEP
    assert _told(contracts={"p": part | {"starts_on": "2025-12-31", "ends_on": "2027-01-01"}}) == [
        f"$.contracts.p.starts_on: 2025-12-31 {why}",
        f"$.contracts.p.ends_on: 2027-01-01 {why}",
    ]


def test_an_entitlement_has_no_day_outside_its_contracts_and_its_lines() -> None:
    """Its line is one of the contract's, and has the days of the line above it where it says none."""
    assert _is_sound(entitlements={"e": {"contract": "c", "contract_line": "2", "starts_on": "2026-03-01"}})
    assert _told(entitlements={"e": {"contract": "c", "contract_line": "3"}}) == [
        "$.entitlements.e.contract_line: contract 'c' has no line '3'; name one of its lines"
    ]
    assert _told(entitlements={"e": {"contract": "c", "starts_on": "2025-01-01", "ends_on": "2027-01-01"}}) == [
        f"$.entitlements.e.{name}: {day} is outside 2026-01-01 to 2026-12-31, the days of contract 'c'; {KEEP}"
        for name, day in (("starts_on", "2025-01-01"), ("ends_on", "2027-01-01"))
    ]
    whole = "is outside 2026-03-01 to 2026-12-31, the days of line"
    for line in ("1", "2"):
        assert _told(entitlements={"e": {"contract": "c", "contract_line": line, "starts_on": "2026-02-28"}}) == [
            f"$.entitlements.e.starts_on: 2026-02-28 {whole} '{line}'; {KEEP}"
        ]


def test_an_account_is_promised_nothing_for_what_is_another_accounts() -> None:
    """Above it and below it there may be cases that both are for, beside it there are none."""
    for account in ("group", "acme", "north"):
        assert _is_sound(entitlements={"e": {"account": account, "contract": "c", "asset": "acmes"}})
    assert _told(entitlements={"e": {"account": "other", "contract": "c", "asset": "acmes"}}) == [
        f"$.entitlements.e.{name} is that of account 'acme'; name one of the account's, or no account"
        for name in ("contract: 'c'", "asset: 'acmes'")
    ]


def test_a_promise_about_what_is_a_consumers_too_may_be_any_accounts() -> None:
    """A case may be for the consumer and another account; a promise that names no account is for any."""
    assert _is_sound(
        entitlements={
            "e": {"account": "other", "sold_product": "both"},
            "f": {"number": "F", "account": "other", "contract": "j", "asset": "free"},
            "g": {"number": "G", "contract": "c", "asset": "norths"},
        }
    )


def test_families_know_who_is_below_whom() -> None:
    """An account is within itself and all above it; two are apart where neither is within the other."""
    families = Families(_read().accounts)
    group, acme, north, other = map(AccountId, ("group", "acme", "north", "other"))
    assert all(families.is_within(one, group) for one in (group, acme, north, other))
    assert families.is_within(north, acme)
    assert not families.is_within(acme, north)
    assert not families.are_apart(acme, north)
    assert not families.are_apart(north, acme)
    assert families.are_apart(north, other)


def test_deep_families_and_many_things_are_no_product() -> None:
    """A contract that covers many things of an account far below costs what the line and the things cost, added up."""
    many = 8_000
    line = {f"a{place}": {"name": "A", **({"parent": f"a{place - 1}"} if place else {})} for place in range(many)}
    assets = {f"s{place}": {"product_model": "pump", "account": f"a{many - 1}"} for place in range(many)}
    covered = [{"asset": name} for name in assets]
    contract = {"number": "D", "account": "a0", "covered_assets": covered}
    book = _read(accounts=line, assets=assets, contracts={"d": contract})
    begun = perf_counter()
    assert not list(contradictions(book, "{}{}".format))
    assert perf_counter() - begun < 1
