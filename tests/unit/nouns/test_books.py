"""Books of nouns, and refusals as text."""

from typing import Any

from csmcore.adapters import MemoryHost
from csmcore.model import (
    Account,
    AgreementBook,
    Contact,
    Entitlement,
    Household,
    Reason,
    Refusal,
    SupportPolicy,
    TimeEntry,
)
from csmcore.presets import preset
from csmcore.wire import load_agreements
from tests.unit.nouns.test_forms import NOON


def made(kind: Any, **fields: Any) -> Any:
    """A noun whose fields are texts."""
    return kind(**fields)


def test_a_book_is_made_of_entries_in_any_order() -> None:
    """Each in the section of its kind; of two with one id the last."""
    jo = made(Contact, id="jo", account="acme", name="Jo")
    book = AgreementBook.of(jo, made(Account, id="acme", name="Old"), made(Account, id="acme", name="Acme"))
    assert (book.contacts, [account.name for account in book.accounts.values()]) == ({"jo": jo}, ["Acme"])
    assert AgreementBook.of() == AgreementBook()


def test_a_host_gives_its_book() -> None:
    """All that it was given and that is in books, with what was changed since."""
    example = load_agreements(preset("example-agreements.toml"))
    host = MemoryHost(SupportPolicy(name="desk", version="1"), example)
    assert host.book() == example
    host.add(made(TimeEntry, id="t", case="CS1", by="ann", seconds=1, at=NOON))
    home = made(Household, id="home", name="Home")
    host.add(home, made(Entitlement, id="new", number="E-NEW"))
    assert (host.book().households["home"], "new" in host.book().entitlements) == (home, True)  # type: ignore[index]


def test_a_refusal_is_printed_reason_by_reason() -> None:
    """Each on a line."""
    assert str(Refusal((Reason("a", "it is late"), Reason("b", "it is dark")))) == "it is late\nit is dark"
