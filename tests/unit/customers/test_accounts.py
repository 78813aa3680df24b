"""The tree of accounts, their codes, and their primary contacts."""

import pytest

from csmcore.errors import InvalidValue
from csmcore.model import Account, Contact, Refusal, accepted
from csmcore.rules import account_path, add_account, move_account, set_codes, set_primary_contact
from tests.unit.lifecycle.cast import made


def account(name: str, parent: str | None = None, **more: object) -> Account:
    """An account of that id and name."""
    return made(Account, id=name, name=name, parent=parent, **more)


ROOT = account("root", account_code="R")
MIDDLE = account("middle", "root", account_code="M")
LEAF = account("leaf", "middle", account_code="L")


def codes(answer: object) -> tuple[str, ...]:
    """The codes of a refusal."""
    assert isinstance(answer, Refusal)
    return answer.codes


def test_an_account_moves_below_another() -> None:
    """Only its parent changes."""
    other = account("other")
    assert move_account(other, LEAF.id, [LEAF, MIDDLE, ROOT]) == account("other", "leaf")


def test_an_account_becomes_a_root_of_its_own() -> None:
    """Without a parent no fact about the tree is asked for."""
    assert accepted(move_account(LEAF, None, [])).parent is None


@pytest.mark.parametrize(
    ("moved", "parent", "above", "expected"),
    [
        (ROOT, LEAF, [LEAF, MIDDLE, ROOT], ("above_itself",)),
        (ROOT, ROOT, [ROOT], ("above_itself",)),
        (ROOT, LEAF, [], ("unknown_parent",)),
        (ROOT, ROOT, [], ("above_itself", "unknown_parent")),
        (account("other"), LEAF, [MIDDLE, ROOT], ("unknown_parent",)),
        (account("other"), LEAF, [LEAF, ROOT], ("incomplete_line",)),
        (account("other"), LEAF, [LEAF, MIDDLE], ("incomplete_line",)),
        (ROOT, account("sleepy", "root", active=False), None, ("above_itself", "inactive_parent")),
    ],
)
def test_an_account_never_comes_above_itself(
    moved: Account, parent: Account, above: list[Account] | None, expected: tuple[str, ...]
) -> None:
    """Nor below one that is not there, is inactive, or whose own place is not known up to its root."""
    line = [parent, ROOT] if above is None else above
    assert codes(move_account(moved, parent.id, line)) == expected


def test_a_path_has_the_codes_from_the_root() -> None:
    """ServiceNow's account path."""
    assert account_path([LEAF, MIDDLE, ROOT]) == "R/M/L"


@pytest.mark.parametrize("line", [[], [LEAF, account("middle", "root"), ROOT]])
def test_a_path_with_a_gap_is_none(line: list[Account]) -> None:
    """An account without a code leaves all below it without a path."""
    assert account_path(line) is None


def test_codes_are_one_accounts_alone() -> None:
    """Each code that another account has is a reason; its own are free."""
    holders = [account("a", account_code="A"), account("b", registration_code="B"), account("me", account_code="A")]
    assert codes(set_codes(account("me"), "A", "B", holders)) == ("account_code_taken", "registration_code_taken")
    assert accepted(set_codes(account("me"), "A", None, holders[2:])).account_code == "A"
    assert accepted(set_codes(account("me"), "B", "A", holders)).account_code == "B"
    assert accepted(set_codes(account("me", account_code="A"), None, None, holders)).account_code is None


def test_a_code_that_splits_its_path_is_no_code() -> None:
    """The noun says so."""
    with pytest.raises(InvalidValue, match="account_code"):
        set_codes(ROOT, "A/B", None, [])


def test_a_new_account_has_its_place_and_its_codes() -> None:
    """All that is wrong with it is said at once."""
    new = account("new", "root", account_code="R", primary_contact="eve")
    wrong = add_account(new, [account("root", active=False)], [ROOT])
    assert codes(wrong) == ("inactive_parent", "account_code_taken", "foreign_contact")
    assert add_account(LEAF, [MIDDLE, ROOT], [LEAF]) is LEAF


def test_the_primary_contact_is_an_active_one_of_the_account() -> None:
    """Another account's contact, or one who is gone, is refused; None takes it off."""
    eve = made(Contact, id="eve", account="root", name="Eve")
    assert accepted(set_primary_contact(ROOT, eve)).primary_contact == "eve"
    gone = made(Contact, id="bob", account="leaf", name="Bob", active=False)
    assert codes(set_primary_contact(ROOT, gone)) == ("foreign_contact", "inactive_contact")
    assert set_primary_contact(account("root", primary_contact="eve"), None) == account("root")
