"""What entries of agreements say against one another: a contact of another account, a code that two accounts have."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from csmcore.errors import InvalidValue, shown
from csmcore.model import Account, AgreementBook, ServiceContract, TeamMember
from csmcore.wire.references import PlaceOf

__all__ = ["contradictions"]

_CONTACTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "assets": ("contact", "primary_contact"),
        "sold_products": ("contact",),
        "install_base_items": ("contact",),
        "contracts": ("contact",),
    }
)
"""By section, the fields that name a contact of the entry's own account."""
_CODES: Final = ("account_code", "registration_code")
_COVERED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "covered_assets": "assets",
        "covered_sold_products": "sold_products",
        "covered_install_base_items": "install_base_items",
    }
)
"""By a contract's list, the section of the things in it."""


class _Found(NamedTuple):
    """Something that cannot be true: of which entry, in which field, and why."""

    section: str
    identity: str
    field: str
    problem: str
    hint: str


def contradictions(book: AgreementBook, place_of: PlaceOf) -> Iterator[InvalidValue]:
    """What cannot be true at once in a book whose ids all lead somewhere, each with its place."""
    for check in _CHECKS:
        for found in check(book):
            error = InvalidValue(f"$.{found.field}", found.problem, found.hint)
            yield error.under(place_of(found.section, found.identity))


def _contacts(book: AgreementBook) -> Iterator[_Found]:
    """A contact is that of the very account that something belongs to."""
    named = [("accounts", account, "primary_contact", account.id) for account in book.accounts.values()]
    named += [
        (section, noun, name, noun.account)
        for section, names in _CONTACTS.items()
        for noun in getattr(book, section).values()
        for name in names
    ]
    for section, noun, name, account in named:
        contact = getattr(noun, name)
        if contact is not None and book.contacts[contact].account != account:
            problem = f"{shown(contact)} is no contact of account {shown(account)}"
            yield _Found(section, noun.id, name, problem, "name one of that account's contacts")


def _codes(book: AgreementBook) -> Iterator[_Found]:
    """Codes lead to one account each."""
    for name in _CODES:
        first: dict[str, Account] = {}
        for account in book.accounts.values():
            code = getattr(account, name)
            if code is not None and first.setdefault(code, account) is not account:
                problem = f"{shown(code)} is that of account {shown(first[code].id)} too"
                yield _Found("accounts", account.id, name, problem, "give each account its own")


def _teams(book: AgreementBook) -> Iterator[_Found]:
    """In teams are users, and a unique responsibility has one holder for each customer."""
    first: dict[tuple[object, ...], TeamMember] = {}
    for member in book.team_members.values():
        definition = book.responsibilities[member.responsibility]
        whose = (definition.id, member.account, member.consumer, member.household)
        if definition.held_by != "user":
            problem = f"{shown(definition.name)} is not held by users"
            yield _Found("team_members", member.id, "responsibility", problem, "name one that is")
        elif definition.is_unique and first.setdefault(whose, member) is not member:
            problem = f"{shown(definition.name)} is unique, and {shown(first[whose].user)} has it for that customer"
            yield _Found("team_members", member.id, "responsibility", problem, "let one user have it")


def _covered(book: AgreementBook) -> Iterator[_Found]:
    """A contract covers what its customer has, or an account below it."""
    for contract in book.contracts.values():
        for name, section in _COVERED.items():
            for index, entry in enumerate(getattr(contract, name)):
                item = getattr(book, section)[getattr(entry, entry.kind)]
                if not _is_theirs(book, item, contract):
                    place, problem = f"{name}[{index}]", f"{shown(item.id)} is another customer's"
                    yield _Found("contracts", contract.id, place, problem, "cover what the customer has")


def _is_theirs(book: AgreementBook, item: Any, contract: ServiceContract) -> bool:
    """Whether an item belongs to the contract's customer, or to nobody that the contract could be told from."""
    if contract.account is None:
        return item.account is None and item.consumer in {None, contract.consumer}
    account = book.accounts.get(item.account)
    while account is not None and account.id != contract.account:
        account = book.accounts.get(account.parent) if account.parent else None
    return account is not None or (item.account is None and item.consumer is None)


def _lines(book: AgreementBook) -> Iterator[_Found]:
    """An entitlement's line is one of its contract's."""
    for entitlement in book.entitlements.values():
        line = entitlement.contract_line
        if entitlement.contract and line and not book.contracts[entitlement.contract].has_line(line):
            problem = f"contract {shown(entitlement.contract)} has no line {shown(line)}"
            yield _Found("entitlements", entitlement.id, "contract_line", problem, "name one of its lines")


_CHECKS: Final[tuple[Callable[[AgreementBook], Iterator[_Found]], ...]] = (_contacts, _codes, _teams, _covered, _lines)
