"""Importing customers: what becomes of each row, and every reason why it is not accepted."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from csmcore.errors import InvalidValue
from csmcore.model import Account, Contact, ImportOutcome, ImportRules, ImportSummary
from csmcore.rules import import_accounts, import_contacts, import_summary
from csmcore.rules.customers.import_rows import KINDS
from tests.unit.customers.import_host import RULES, Host, account, contact

ADOPT = ImportRules(source="crm", on_match="adopt")
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "import-customers.md"
SOURCES = Path(__file__).parents[3] / "src" / "csmcore" / "rules" / "customers"


class Hollow(Mapping[Any, Any]):
    """A row that lists a name and has none, as a mapping of a host's own may."""

    def __init__(self, cells: dict[Any, Any]) -> None:
        """All cells but the name are there."""
        self.cells = cells

    def __len__(self) -> int:
        """As many as it lists."""
        return len(self.cells)

    def __iter__(self) -> Iterator[Any]:
        """It lists all columns."""
        return iter(self.cells)

    def __getitem__(self, column: Any) -> Any:
        """It finds all but the name."""
        return {name: cell for name, cell in self.cells.items() if name != "name"}[column]


def person(key: str = "1", **cells: Any) -> dict[Any, Any]:
    """A row that makes a contact of account A."""
    return {"key": key, "account": "a", "name": "Ann", **cells}


def company(key: str = "1", **cells: Any) -> dict[Any, Any]:
    """A row that makes an account."""
    return {"key": key, "name": "Acme", **cells}


def desk(*nouns: Account | Contact, **keys: str) -> Host:
    """A host with the active account A, the inactive Z, and these."""
    return Host.of(account("A"), account("Z", active=False), *nouns, a="A", z="Z", **keys)


def told(outcomes: Iterable[ImportOutcome[Any]]) -> dict[int, tuple[str, ...]]:
    """Each row's outcome and its codes, in the order in which they came."""
    return {outcome.row: (outcome.kind, *(reason.code for reason in outcome.reasons)) for outcome in outcomes}


# --- one row ---------------------------------------------------------------------------------------------------------


def test_a_new_row_makes_a_noun_whose_id_is_its_key() -> None:
    """The id has the source before the key; cells are trimmed, empty ones say nothing."""
    row = person(" 7 ", name=" Ann Lee ", email="", active="NO", roles="customer; customer_admin;", user=" \t")
    [outcome] = desk().take(Contact, [row])
    roles = frozenset({"customer", "customer_admin"})
    assert outcome.noun == contact("crm:7", name="Ann Lee", active=False, roles=roles)
    assert (outcome.row, outcome.kind, outcome.key) == (1, "created", "7")
    assert set(outcome.changed) == {"account", "name", "active", "roles"}
    assert outcome.is_to_save


def test_a_known_row_changes_what_it_says_otherwise() -> None:
    """What an empty or missing cell is about stays; what is the same is no change."""
    host = desk(contact("c", email="ann@x", phone="1"), k="c")
    [outcome] = host.take(Contact, [{"key": "k", "name": "Ann", "email": "", "phone": "1"}])
    assert outcome.noun == contact("c", name="Ann", email="ann@x", phone="1")
    assert (outcome.kind, outcome.changed) == ("changed", ("name",))
    [again] = host.take(Contact, [{"key": "k", "name": "Ann", "email": "", "phone": "1"}])
    assert (again.kind, again.noun, again.is_to_save) == ("unchanged", outcome.noun, False)


def test_a_marker_makes_a_field_blank() -> None:
    """Only that: an empty cell does not, and a field that a noun must have cannot be blank."""
    rules = ImportRules(source="crm", erase="NULL")
    host = desk(contact("c", email="ann@x", user="u"), k="c")
    [outcome] = host.take(Contact, [{"key": "k", "email": "NULL", "user": "NULL"}], rules)
    assert outcome.noun == contact("c")
    for name in ("key", "account", "name"):
        assert told(host.take(Contact, [person("k") | {name: "NULL"}], rules)) == {1: ("rejected", "missing")}


def test_columns_have_the_names_that_the_rules_say() -> None:
    """A column is renamed, or passed over; one that is neither has to be known."""
    rules = ImportRules(source="crm", columns={"Id": "key", "Company": "name", "Owner": None})
    [outcome] = Host().take(Account, [{"Id": "1", "Company": "Acme", "Owner": "Eve"}], rules)
    assert outcome.noun == account("crm:1", name="Acme")


def test_a_file_of_rows_is_read_as_the_csv_module_reads_it() -> None:
    """A short row has None in a cell, a long one has cells under None; columns may change from row to row."""
    file = io.StringIO("key,name,phone\n1,Acme,5\n2,Bolt\n3,Cog,5,more,and more\n")
    rows = [*csv.DictReader(file), {"name": "Dot", "key": "4"}]
    kinds = told(Host().take(Account, rows))
    assert kinds == {1: ("created",), 2: ("rejected", "missing_cell"), 3: ("rejected", "extra_cells"), 4: ("created",)}


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (None, ["not_a_mapping"]),
        ("key", ["not_a_mapping"]),
        ({}, ["missing"]),
        (person(key=" "), ["missing"]),
        (person(key="k" * 151), ["malformed_key"]),
        (person(key="k\x00"), ["control_characters"]),
        (person() | {"key": None}, ["missing_cell"]),
        ({"key": "1"}, ["missing", "missing"]),
        (person(size="43"), ["unknown_column"]),
        (person(id="43"), ["unknown_column"]),
        (person() | {3: "x", 2.5: "x"}, ["unknown_column", "unknown_column"]),
        (person(email=7), ["not_text"]),
        (person(name="Ann\nLee"), ["control_characters"]),
        (person(name="\ud800"), ["control_characters"]),
        (person(name="\x00"), ["control_characters"]),
        (person(name="\u200b"), ["invisible_characters"]),
        (person(name="\u202eevil"), ["invisible_characters"]),
        (person(name="soft\u00adware"), ["invisible_characters"]),
        (person(name="\u200dAnn"), ["invisible_characters"]),
        (person(name="Ann\u200c"), ["invisible_characters"]),
        (person(name="\u200d"), ["invisible_characters"]),
        (person(name="Ann\u200b\x00"), ["control_characters", "invisible_characters"]),
        (person(key="1\ufeff"), ["invisible_characters"]),
        (Hollow(person(active="perhaps")), ["malformed_row", "not_a_flag"]),
        (person(active="perhaps"), ["not_a_flag"]),
        (person(active="2"), ["not_a_flag"]),
        (person(email="ann"), ["malformed_email"]),
        (person(email="ann lee@x"), ["malformed_email"]),
        (person(roles="king"), ["invalid_value"]),
        (person(user="u" * 201), ["invalid_value"]),
        (person(account="nobody"), ["unknown_account"]),
        (person(account="z"), ["inactive_account"]),
        (
            person(name="", email="x", active="x", account="y", user="u" * 201, size="4"),
            ["unknown_column", "malformed_email", "not_a_flag", "unknown_account", "invalid_value", "missing"],
        ),
    ],
)
def test_a_bad_row_is_rejected_with_every_reason(row: object, codes: list[str]) -> None:
    """It raises nothing, and nothing comes of it."""
    host = desk()
    [outcome] = host.take(Contact, [row])
    assert (outcome.kind, outcome.noun, outcome.changed) == ("rejected", None, ())
    assert sorted(reason.code for reason in outcome.reasons) == sorted(codes)
    assert all(reason.text for reason in outcome.reasons)
    assert host.contacts == {}


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (company(is_customer="no"), ["invalid_value"]),
        (company(is_customer="no", is_partner="no", timezone="Mars"), ["invalid_value", "invalid_value"]),
        (company(account_code="A/B", calendar="c" * 201), ["invalid_value", "invalid_value"]),
        (company(name="n" * 100_001), ["invalid_value"]),
        (company(parent="1"), ["above_itself"]),
        (company(parent="9"), ["unknown_parent"]),
        (company(parent="9", name=""), ["unknown_parent", "missing"]),
        (company(parent="z"), ["inactive_parent"]),
    ],
)
def test_a_bad_account_is_rejected_with_every_reason(row: object, codes: list[str]) -> None:
    """What the noun itself refuses is among them, all of it."""
    [outcome] = desk().take(Account, [row])
    assert outcome.kind == "rejected"
    assert sorted(reason.code for reason in outcome.reasons) == sorted(codes)


def test_notes_have_lines() -> None:
    """Of all fields only they may."""
    [outcome] = Host().take(Account, [company(notes="one\r\n\ttwo\n")])
    assert outcome.noun is not None
    assert outcome.noun.notes == "one\r\n\ttwo"
    [garbled] = Host().take(Account, [company(notes="one\x07two")])
    assert garbled.reasons[0].fields == ("notes",)


def test_other_alphabets_are_text() -> None:
    """Joiners within text, wide spaces and right-to-left text are no control characters, and seen."""
    name = "می‌خواهم 株式会社　山 \xa0 Ø \U0001f469\u200d\U0001f680"
    [outcome] = Host().take(Account, [company(name=name)])
    assert outcome.noun is not None
    assert outcome.noun.name == name


def test_two_columns_of_one_field_are_a_reason() -> None:
    """Neither is guessed to be right."""
    rules = ImportRules(source="crm", columns={"Company": "name"})
    assert told(Host().take(Account, [company(Company="Acme")], rules)) == {1: ("rejected", "repeated_column")}


def test_what_was_wrong_before_does_not_cling_to_the_next_row() -> None:
    """A row with unknown columns has no effect on the next."""
    assert told(Host().take(Account, [company(size="1"), company("2")])) == {
        1: ("rejected", "unknown_column"),
        2: ("created",),
    }


# --- duplicates ------------------------------------------------------------------------------------------------------


def test_the_first_row_speaks_for_a_key() -> None:
    """Later ones are its duplicates, even where it was rejected."""
    outcomes = desk().take(Contact, [person(name=""), person(), person(active="x"), person("2"), person("2")])
    assert told(outcomes) == {
        1: ("rejected", "missing"),
        2: ("duplicate", "repeated_key"),
        3: ("rejected", "repeated_key", "not_a_flag"),
        4: ("created",),
        5: ("duplicate", "repeated_key"),
    }
    assert [outcome.of_row for outcome in outcomes] == [None, 1, 1, None, 4]


def test_an_address_is_one_contacts_within_the_account() -> None:
    """Compared without case; another account may have it too."""
    host = desk(account("B"), contact("c", email="Known@x"), b="B")
    rows = [
        person("1", email="ann@x"),
        person("2", email="ANN@X"),
        person("3", email="ann@x", account="b"),
        person("4", email="known@x"),
    ]
    outcomes = host.take(Contact, rows)
    assert told(outcomes) == {
        1: ("created",),
        2: ("duplicate", "repeated_value"),
        3: ("created",),
        4: ("duplicate", "known_value"),
    }
    assert [(outcome.of_row, outcome.of_id) for outcome in outcomes][1::2] == [(1, None), (None, "c")]


def test_a_known_contact_takes_no_others_address() -> None:
    """Whether the other is known or in a row before."""
    host = desk(contact("c"), contact("d", email="d@x"), c="c")
    assert told(host.take(Contact, [{"key": "c", "email": "d@x"}])) == {1: ("rejected", "email_taken")}
    rows = [person("1", email="e@x"), {"key": "c", "email": "e@x"}]
    assert told(host.take(Contact, rows)) == {1: ("created",), 2: ("rejected", "email_taken")}


def test_a_given_up_address_is_free() -> None:
    """Whether the row that gives it up comes before or after; and whenever the host saves."""
    rows = [{"key": "c", "email": "new@x"}, person("1", email="old@x")]
    for at_once in (True, False):
        first = desk(contact("c", email="old@x"), c="c").take(Contact, rows, at_once=at_once)
        assert told(first) == {1: ("changed",), 2: ("created",)}
        later = desk(contact("c", email="old@x"), c="c").take(Contact, rows[::-1], at_once=at_once)
        assert list(told(later).items()) == [(2, ("changed",)), (1, ("created",))]


def test_two_contacts_cannot_swap_addresses() -> None:
    """Each waits for the other in vain."""
    host = desk(contact("c", email="c@x"), contact("d", email="d@x"), c="c", d="d")
    rows = [{"key": "c", "email": "d@x"}, {"key": "d", "email": "c@x"}]
    assert told(host.take(Contact, rows)) == {1: ("rejected", "email_taken"), 2: ("rejected", "email_taken")}


def test_a_contact_stays_with_their_account() -> None:
    """A row that names another is rejected; one that names an inactive one changes the rest."""
    host = desk(account("B"), contact("c"), contact("y", account="Z"), b="B", c="c", y="y")
    assert told(host.take(Contact, [person("c", account="b")])) == {1: ("rejected", "other_account")}
    assert told(host.take(Contact, [person("y", account="z")])) == {1: ("changed",)}


# --- adopting --------------------------------------------------------------------------------------------------------


def test_a_match_is_adopted_where_the_rules_say_so() -> None:
    """The key becomes the known noun's own, and the row may change it."""
    host = desk(contact("c", email="ann@x", phone="1"))
    row = {"key": "1", "account": "a", "email": "ANN@x", "phone": "2"}
    [outcome] = host.take(Contact, [row], ADOPT)
    assert (outcome.kind, outcome.changed) == ("adopted", ("email", "phone"))
    assert outcome.noun == contact("c", email="ANN@x", phone="2")
    assert told(host.take(Contact, [row], ADOPT)) == {1: ("unchanged",)}


def test_nothing_is_adopted_twice() -> None:
    """Neither in one run, nor where it has a key already."""
    host = desk(contact("c", email="ann@x"), contact("d", email="dan@x"), d="d")
    rows = [person("1", email="ann@x"), person("2", email="ann@x"), person("3", email="dan@x")]
    assert told(host.take(Contact, rows, ADOPT)) == {
        1: ("adopted",),
        2: ("duplicate", "known_value"),
        3: ("rejected", "conflicting_key"),
    }


def test_a_row_that_matches_two_is_ambiguous() -> None:
    """One by its address, another by its user; and it is not adopted with what is wrong."""
    host = desk(contact("c", email="ann@x"), contact("d", user="ann"), account("P", is_customer=False, is_partner=True))
    row = person("1", email="ann@x", user="ann")
    for rules in (RULES, ADOPT):
        [outcome] = host.take(Contact, [row], rules)
        assert [reason.code for reason in outcome.reasons] == ["ambiguous"]
        assert outcome.reasons[0].fields == ("email", "user")
    rules = ImportRules(source="crm", on_match="adopt", identities=("name",))
    assert told(host.take(Account, [company(name="p", is_partner="no")], rules)) == {1: ("rejected", "invalid_value")}
    assert told(host.take(Contact, [person(account="z", user="d", name="e")], ADOPT)) == {
        1: ("rejected", "inactive_account")
    }


def test_names_are_compared_by_their_words() -> None:
    """Where the rules say that a name identifies."""
    rules = ImportRules(source="crm", identities=("name",))
    rows = [company("1", name="Acme  Corp"), company("2", name="ACME corp"), company("3", name="Acme", number="1")]
    assert told(Host().take(Account, rows, rules)) == {
        1: ("created",),
        2: ("duplicate", "repeated_value"),
        3: ("created",),
    }


def test_only_some_fields_identify() -> None:
    """Others are an error at once, before the first row is read."""
    rules = ImportRules(source="crm", identities=("active",))
    with pytest.raises(InvalidValue, match="active"):
        import_accounts([], Host().known_accounts(), rules)
    with pytest.raises(InvalidValue, match="active"):
        import_contacts([], Host().known_contacts(), rules)


# --- parents ---------------------------------------------------------------------------------------------------------


def test_a_parent_is_given_out_before_its_children() -> None:
    """A row waits for its parent's; who waits longest comes first."""
    rows = [company("1", parent="3"), company("2", parent="1"), company("3"), company("4", parent="3")]
    outcomes = Host().take(Account, rows)
    assert [(outcome.row, outcome.noun and outcome.noun.parent) for outcome in outcomes] == [
        (3, None),
        (1, "crm:3"),
        (2, "crm:1"),
        (4, "crm:3"),
    ]


def test_a_rejected_parent_takes_its_children_along() -> None:
    """They are told as soon as it is, and so are theirs."""
    rows = [company("1", parent="2"), company("2", parent="3"), company("3", name=""), company("4")]
    outcomes = Host().take(Account, rows)
    assert list(told(outcomes).items()) == [
        (3, ("rejected", "missing")),
        (2, ("rejected", "unknown_parent")),
        (1, ("rejected", "unknown_parent")),
        (4, ("created",)),
    ]


def test_new_accounts_in_a_circle_are_told_so() -> None:
    """Those of the circle; those below it only lack their parent."""
    rows = [company("1", parent="2"), company("2", parent="3"), company("3", parent="1"), company("4", parent="1")]
    assert told(Host().take(Account, rows)) == {
        1: ("rejected", "above_itself"),
        2: ("rejected", "above_itself"),
        3: ("rejected", "above_itself"),
        4: ("rejected", "unknown_parent"),
    }


def test_a_line_of_accounts_that_leads_nowhere_is_no_circle() -> None:
    """Each of them lacks its parent."""
    rows = [company("1", parent="2"), company("2", parent="3"), company("3", parent="9")]
    assert told(Host().take(Account, rows)) == dict.fromkeys((1, 2, 3), ("rejected", "unknown_parent"))


def test_no_known_account_comes_to_be_above_itself() -> None:
    """Nor by way of accounts of the same run; a row waits for one that breaks the circle."""
    host = Host.of(account("A"), account("B", parent="A"), a="A", b="B")
    assert told(host.take(Account, [{"key": "a", "parent": "b"}])) == {1: ("rejected", "above_itself")}
    by_way_of_new = [company("1", parent="b"), {"key": "a", "parent": "1"}]
    assert told(host.take(Account, by_way_of_new, at_once=False)) == {1: ("created",), 2: ("rejected", "above_itself")}
    broken = [{"key": "a", "parent": "b"}, company("c"), {"key": "b", "parent": "c"}]
    assert told(host.take(Account, broken, at_once=False)) == {1: ("changed",), 2: ("created",), 3: ("changed",)}


def test_a_gap_or_a_circle_in_the_hosts_tree_stops_nobody() -> None:
    """A parent that the host does not know by id, and accounts that it has in a circle, are its own affair."""
    host = Host.of(account("A", parent="gone"), account("B", parent="C"), account("C", parent="B"), a="A", b="B", d="D")
    host.accounts["D"] = account("D")
    host.account_keys["d"] = "D"
    assert told(host.take(Account, [{"key": "d", "parent": "a"}])) == {1: ("changed",)}
    assert told(host.take(Account, [{"key": "d", "parent": "b"}])) == {1: ("changed",)}


def test_a_parent_may_be_adopted_in_the_same_run() -> None:
    """Its key leads to the known account, whether or not the host has saved that."""
    for at_once in (True, False):
        host = Host.of(account("A", number="1"))
        rows = [company("2", parent="1"), company("1", number="1"), company("3", parent="1")]
        outcomes = host.take(Account, rows, ADOPT, at_once=at_once)
        assert [(outcome.row, outcome.kind) for outcome in outcomes] == [(2, "adopted"), (1, "created"), (3, "created")]
        assert {outcome.noun.parent for outcome in outcomes if outcome.noun and outcome.kind == "created"} == {"A"}


def test_a_parent_has_to_be_active() -> None:
    """As it is in this run; a row waits for it. Who is there already may stay."""
    host = desk(account("B", parent="Z"), b="B")
    assert told(host.take(Account, [company("b", parent="z")])) == {1: ("changed",)}
    for at_once in (True, False):
        rows = [company("1", parent="z"), {"key": "z", "active": "yes"}]
        assert told(desk().take(Account, rows, at_once=at_once)) == {1: ("created",), 2: ("changed",)}
        rows = [{"key": "a", "active": "no"}, company("1", parent="a")]
        assert told(desk().take(Account, rows, at_once=at_once)) == {
            1: ("changed",),
            2: ("rejected", "inactive_parent"),
        }
    off = [company("1", active="no"), company("2", parent="1")]
    assert told(Host().take(Account, off)) == {1: ("created",), 2: ("rejected", "inactive_parent")}


def test_a_parent_can_be_taken_away() -> None:
    """By the marker."""
    host = Host.of(account("A"), account("B", parent="A"), b="B")
    [outcome] = host.take(Account, [{"key": "b", "parent": "-"}], ImportRules(source="crm", erase="-"))
    assert outcome.noun == account("B")


def test_no_more_rows_wait_than_may() -> None:
    """The others are told at once, and that it was for want of room."""
    rules = ImportRules(source="crm", most_waiting=1)
    rows = [company("1", parent="3"), company("2", parent="3"), company("3")]
    assert list(told(Host().take(Account, rows, rules)).items()) == [
        (2, ("rejected", "unknown_parent", "too_many_waiting")),
        (3, ("created",)),
        (1, ("created",)),
    ]
    host = Host()
    host.take(Account, rows, rules)
    assert told(host.take(Account, rows, rules)) == {1: ("unchanged",), 2: ("created",), 3: ("unchanged",)}


# --- streams, counts, rules ------------------------------------------------------------------------------------------


def test_rows_are_read_one_by_one() -> None:
    """A row is read when the outcome of the one before has been taken."""
    read = []

    def rows() -> Iterable[object]:
        for number in range(3):
            read.append(number)
            yield company(f"{number}")

    outcomes = iter(import_accounts(rows(), Host().known_accounts(), RULES))
    assert read == []
    next(outcomes)
    next(outcomes)
    assert read == [0, 1]


def test_a_summary_counts_outcomes_and_reasons() -> None:
    """It prints as a table, as text and in a notebook."""
    summary = import_summary(Host().take(Account, [company("1"), company("1"), {}, {"name": "x"}]))
    assert summary == ImportSummary(
        outcomes={"created": 1, "duplicate": 1, "rejected": 2}, reasons={"repeated_key": 1, "missing": 2}
    )
    assert (summary.rows, summary.is_settled, ImportSummary().is_settled) == (4, False, True)
    assert str(summary).splitlines()[-1].split() == ["rows", "4"]
    assert "<td>created</td><td>1</td>" in summary._repr_html_()


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"source": ""}, "source"),
        ({"source": "a:b"}, "source"),
        ({"source": "s" * 41}, "source"),
        ({"erase": ""}, "erase"),
        ({"erase": " x"}, "erase"),
        ({"columns": {"a": "name", "b": "name"}}, "columns"),
        ({"on_match": "merge"}, "on_match"),
        ({"most_waiting": -1}, "most_waiting"),
    ],
)
def test_rules_check_themselves(fields: dict[str, Any], path: str) -> None:
    """The error names the field and what to do."""
    with pytest.raises(InvalidValue) as refused:
        ImportRules(**{"source": "crm", **fields})
    assert refused.value.path == path
    assert refused.value.hint


def test_a_host_without_keys_by_id_has_none() -> None:
    """It may leave the question out: then whatever matches is adopted."""
    found = contact("c", email="ann@x")
    known = Host.of(account("A"), a="A").known_contacts()
    asked = type(known)(by_key=known.by_key, account=known.account, matching=lambda _, __: [found])
    [outcome] = import_contacts([person(email="ann@x")], asked, ADOPT)
    assert outcome.kind == "adopted"


def test_the_page_lists_every_code_and_column() -> None:
    """The how-to page's tables are exact: the codes that the rules can give, and the columns that they read."""
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("import*.py"))
    codes = set(re.findall(r'Reason\(\s*"(\w+)"', source))
    codes |= {f"{field}_taken" for kind in KINDS.values() for field in kind.may_identify}
    rows = re.findall(r"^\| (`.+?`) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    columns = {column for kind in KINDS.values() for column in kind.columns}
    assert set(listed) == codes | columns
    assert {name for name in listed if name in codes and listed.count(name) > 1} == set()


def test_a_new_key_does_not_write_over_what_has_its_id() -> None:
    """What the host knows by another key now stays as it is; every other reason is told too."""
    old = account("crm:7", name="Old Corp", number="N1")
    jo = contact("crm:7", name="Jo")
    host = Host.of(old, **{"8": "crm:7"})
    rows = [{"key": "7", "name": "New Corp", "active": "perhaps"}]
    (outcome,) = import_accounts(rows, host.known_accounts(), RULES)
    assert (outcome.kind, [reason.code for reason in outcome.reasons]) == ("rejected", ["not_a_flag", "id_taken"])
    people = Host.of(account("A"), jo, **{"A": "A", "8": "crm:7"})
    (of_kim,) = import_contacts([{"key": "7", "name": "Kim", "account": "A"}], people.known_contacts(), RULES)
    assert [reason.code for reason in of_kim.reasons] == ["id_taken"]


def test_a_key_whose_id_is_anothers_says_nothing_of_that_one() -> None:
    """The other's own row is taken before and after it, and nobody comes to be below the other by this key."""
    own, new, child = company("8", name="Own"), company("7", name="New"), company("9", parent="7")
    again = company("7", name="New")
    for at_once in (True, False):
        for rows in ([new, own, child, again], [own, new, child, again]):
            host = Host.of(account("crm:7"), **{"8": "crm:7"})
            outcomes = host.take(Account, rows, at_once=at_once)
            assert {(outcome.key, outcome.kind, *(one.code for one in outcome.reasons)) for outcome in outcomes} == {
                ("8", "changed"),
                ("7", "rejected", "id_taken"),
                ("7", "duplicate", "repeated_key"),
                ("9", "rejected", "unknown_parent"),
            }
            assert host.accounts == {"crm:7": account("crm:7", name="Own")}


def test_a_key_whose_id_is_anothers_may_adopt() -> None:
    """Then it needs no id of its own; what has the id may be what it adopts."""
    rows = [company("9", parent="7"), company("7", number="N1"), company("7", number="N1")]
    for at_once in (True, False):
        for adopted, other in (("N", "crm:7"), ("crm:7", "N")):
            host = Host.of(account(adopted, number="N1"), account(other, number="N2"))
            outcomes = host.take(Account, rows, ADOPT, at_once=at_once)
            assert told(outcomes) == {1: ("created",), 2: ("adopted",), 3: ("duplicate", "repeated_key")}
            assert host.accounts["crm:9"].parent == adopted


def test_a_noun_that_was_adopted_is_not_changed_by_another_key() -> None:
    """Its own row is told by which row, of which key; so is a row of a key that the host takes for another's."""
    ann, own = person("X", email="ann@x"), person("K", email="ann@x", name="Ann")
    known = attrs.evolve(desk(contact("c", email="ann@x"), K="c").known_contacts(), key_of=lambda _: None)
    [_, outcome] = import_contacts([ann, own], known, ADOPT)
    assert (outcome.kind, outcome.of_row) == ("duplicate", 1)
    assert [str(reason) for reason in outcome.reasons] == ["row 1 is of 'c' too, by the key 'X'"]
    alike = desk(contact("crm:x"), x="crm:x", X="crm:x")
    assert told(alike.take(Contact, [person("x"), person("X")])) == {
        1: ("changed",),
        2: ("duplicate", "repeated_noun"),
    }
