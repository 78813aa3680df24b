"""What entries of agreements say against one another: a contact of another account, a code that two accounts have."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    Account,
    AgreementBook,
    ConsumerId,
    ContractId,
    ContractLine,
    ContractLineId,
    HouseholdId,
    InstallBaseItem,
    InstallBaseItemId,
    ServiceContract,
)
from csmcore.wire.families import Families
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
_HOLDERS: Final[Mapping[str, str]] = MappingProxyType({"team_members": "user", "contact_relationships": "contact"})
"""By section, who has the responsibility that an entry names."""
_THINGS: Final[Mapping[str, str]] = MappingProxyType(
    {"asset": "assets", "sold_product": "sold_products", "install_base_item": "install_base_items"}
)
"""By the field that names a thing of a customer's, the section of such things; contracts list them as covered."""
_OWNERS: Final = ("account", "consumer", "household", "organization")
_CUSTOMER: Final = ("account", "consumer", "household")


class _Found(NamedTuple):
    """Something that cannot be true: of which entry, in which field, and why."""

    section: str
    identity: str
    field: str
    problem: str
    hint: str


class _Days(NamedTuple):
    """From when to when; either may be open."""

    starts_on: date | None
    ends_on: date | None


def contradictions(book: AgreementBook, place_of: PlaceOf) -> Iterator[InvalidValue]:
    """What cannot be true at once in a book whose ids all lead somewhere, each with its place."""
    for check in _CHECKS:
        for found in check(book):
            error = InvalidValue(f"$.{found.field}", found.problem, found.hint)
            yield error.under(place_of(found.section, found.identity))


# --- customers -------------------------------------------------------------------------------------------------------


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


def _holders(book: AgreementBook) -> Iterator[_Found]:
    """In teams are users, beside them contacts, and a unique responsibility has one holder for each customer."""
    for section, holder in _HOLDERS.items():
        first: dict[tuple[object, ...], Any] = {}
        for use in getattr(book, section).values():
            definition = book.responsibilities.get(use.responsibility)
            if definition is None:
                continue
            whose = (definition.id, *(getattr(use, name, None) for name in _CUSTOMER))
            if definition.held_by != holder:
                problem = f"{shown(definition.name)} is not held by {holder}s"
                yield _Found(section, use.id, "responsibility", problem, "name one that is")
            elif definition.is_unique and first.setdefault(whose, use) is not use:
                has = f"{shown(getattr(first[whose], holder))} has it for that customer"
                problem = f"{shown(definition.name)} is unique, and {has}"
                yield _Found(section, use.id, "responsibility", problem, f"let one {holder} have it")


def _partners(book: AgreementBook) -> Iterator[_Found]:
    """At a partner's end of a relationship stands a partner."""
    for related in book.account_relationships.values():
        kind = book.relationship_types[related.type]
        for name, role in (("from_account", kind.from_role), ("to_account", kind.to_role)):
            account = book.accounts[getattr(related, name)]
            if role == "partner" and not account.is_partner:
                problem = f"account {shown(account.id)} is no partner"
                yield _Found("account_relationships", related.id, name, problem, "name one, or make it one")


def _main_households(book: AgreementBook) -> Iterator[_Found]:
    """One household is a consumer's main one for good; those that they left may have been so on the same days."""
    first: dict[ConsumerId, HouseholdId] = {}
    for household in book.households.values():
        for index, stay in enumerate(household.members):
            lasts = stay.is_primary and stay.ends_on is None
            if lasts and first.setdefault(stay.consumer, household.id) != household.id:
                problem = f"{shown(first[stay.consumer])} is the primary household of {shown(stay.consumer)} too"
                place = f"members[{index}].is_primary"
                yield _Found("households", household.id, place, problem, "let one of them be primary, or end")


def _replacements(book: AgreementBook) -> Iterator[_Found]:
    """What is replaced is replaced once."""
    first: dict[InstallBaseItemId, InstallBaseItem] = {}
    for item in book.install_base_items.values():
        if item.replaces is not None and first.setdefault(item.replaces, item) is not item:
            problem = f"{shown(first[item.replaces].id)} has replaced {shown(item.replaces)}"
            yield _Found("install_base_items", item.id, "replaces", problem, "name what it replaces, or none")


# --- contracts -------------------------------------------------------------------------------------------------------


def _covered(book: AgreementBook) -> Iterator[_Found]:
    """A contract covers what its customer has, or an account below it."""
    families, homes = Families(book.accounts), _homes(book)
    for contract in book.contracts.values():
        for kind, section in _THINGS.items():
            for index, entry in enumerate(getattr(contract, f"covered_{section}")):
                item = getattr(book, section)[getattr(entry, kind)]
                if not _is_theirs(item, contract, families, homes):
                    place, problem = f"covered_{section}[{index}]", f"{shown(item.id)} is another customer's"
                    yield _Found("contracts", contract.id, place, problem, "cover what the customer has")


def _homes(book: AgreementBook) -> frozenset[tuple[HouseholdId, ConsumerId]]:
    """Who ever was a member of which household."""
    return frozenset((home.id, member.consumer) for home in book.households.values() for member in home.members)


def _is_theirs(
    item: Any, contract: ServiceContract, families: Families, homes: frozenset[tuple[HouseholdId, ConsumerId]]
) -> bool:
    """Whether an item is the contract's customer's, their household's, an account's below them, or nobody's."""
    if all(getattr(item, name, None) is None for name in _OWNERS):
        return True
    if contract.account is not None:
        return item.account is not None and families.is_within(item.account, contract.account)
    return item.consumer == contract.consumer or (getattr(item, "household", None), contract.consumer) in homes


def _covered_twice(book: AgreementBook) -> Iterator[_Found]:
    """On one line of a contract a thing is covered once a day."""
    for contract in book.contracts.values():
        for name in ("covered_products", *(f"covered_{section}" for section in _THINGS.values())):
            covered: dict[tuple[str, str | None], date] = {}
            entries = [
                (entry.date_added or date.min, index, entry) for index, entry in enumerate(getattr(contract, name))
            ]
            for begins, index, entry in sorted(entries, key=lambda one: one[:2]):
                item = getattr(entry, entry.kind)
                before = covered.get((item, entry.line))
                if before is not None and begins <= before:
                    problem = f"{shown(item)} is covered there on such days already"
                    yield _Found("contracts", contract.id, f"{name}[{index}]", problem, "let one of the two end first")
                covered[item, entry.line] = max(entry.date_removed or date.max, before or date.min)


def _renewals(book: AgreementBook) -> Iterator[_Found]:
    """A contract renews one of the same customer's."""
    for contract in book.contracts.values():
        before = book.contracts.get(contract.renewed_from) if contract.renewed_from else None
        if before is not None and (before.account, before.consumer) != (contract.account, contract.consumer):
            problem = f"contract {shown(before.id)} is another customer's"
            yield _Found("contracts", contract.id, "renewed_from", problem, "name one of the customer's own")


def _days(book: AgreementBook) -> Iterator[_Found]:
    """The days of a part are among those of the whole; what is open is as long as the whole."""
    for section, part, whole, called in _parts(book):
        for name in ("starts_on", "ends_on"):
            day = getattr(part, name)
            if day is not None and not (whole.starts_on or day) <= day <= (whole.ends_on or day):
                span = f"{whole.starts_on or 'ever'} to {whole.ends_on or 'ever'}"
                problem = f"{day} is outside {span}, the days of {called}"
                yield _Found(section, part.id, name, problem, "keep the days of a part within those of the whole")


def _parts(book: AgreementBook) -> Iterator[tuple[str, Any, ServiceContract | _Days, str]]:
    """Contracts in others, entitlements on contracts and lines: the section, the part, the whole, what it is called."""
    for contract in book.contracts.values():
        if contract.parent is not None:
            yield "contracts", contract, book.contracts[contract.parent], f"contract {shown(contract.parent)}"
    known: dict[ContractId, Mapping[ContractLineId | None, _Days]] = {}
    for one in book.entitlements.values():
        if one.contract is not None:
            if one.contract not in known:
                known[one.contract] = _narrowed(book.contracts[one.contract])
            line = one.contract_line if one.contract_line in known[one.contract] else None
            called = f"contract {shown(one.contract)}" if line is None else f"line {shown(line)}"
            yield "entitlements", one, known[one.contract][line], called


def _narrowed(contract: ServiceContract) -> Mapping[ContractLineId | None, _Days]:
    """The days of each line, an open one that of what the line is a part of; and at None the contract's."""
    below: dict[ContractLineId | None, list[ContractLine]] = {}
    for line in contract.lines:
        below.setdefault(line.parent, []).append(line)
    days: dict[ContractLineId | None, _Days] = {None: _Days(contract.starts_on, contract.ends_on)}
    waiting: list[ContractLineId | None] = [None]
    while waiting:
        above = waiting.pop()
        for line in below.get(above, ()):
            days[line.id] = _Days(line.starts_on or days[above].starts_on, line.ends_on or days[above].ends_on)
            waiting.append(line.id)
    return days


# --- entitlements ----------------------------------------------------------------------------------------------------


def _lines(book: AgreementBook) -> Iterator[_Found]:
    """An entitlement's line is one of its contract's."""
    for entitlement in book.entitlements.values():
        line = entitlement.contract_line
        if entitlement.contract and line and not book.contracts[entitlement.contract].has_line(line):
            problem = f"contract {shown(entitlement.contract)} has no line {shown(line)}"
            yield _Found("entitlements", entitlement.id, "contract_line", problem, "name one of its lines")


def _promised(book: AgreementBook) -> Iterator[_Found]:
    """An account is promised something by its own family's contract, for its family's things: else nobody could ask.

    A thing that is a consumer's too may come with the consumer, whatever the account.
    """
    families = Families(book.accounts)
    for entitlement in book.entitlements.values():
        if entitlement.account is None:
            continue
        for name, section in (("contract", "contracts"), *_THINGS.items()):
            named = getattr(book, section).get(getattr(entitlement, name))
            if named is None or named.account is None or named.consumer is not None:
                continue
            if families.are_apart(entitlement.account, named.account):
                problem = f"{shown(named.id)} is that of account {shown(named.account)}"
                yield _Found("entitlements", entitlement.id, name, problem, "name one of the account's, or no account")


_CHECKS: Final[tuple[Callable[[AgreementBook], Iterator[_Found]], ...]] = (
    *(_contacts, _codes, _holders, _partners, _main_households, _replacements),
    *(_covered, _covered_twice, _renewals, _days, _lines, _promised),
)
