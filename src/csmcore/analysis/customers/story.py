"""Three customers of a book, each from registration to an explained entitlement: B2B, B2C and by a partner.

Nothing is invented but three newcomers: everything else is the book's, and every answer is a rule's.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from csmcore.analysis.customers.agreeing import (
    comes_into_force,
    follows_itself,
    has_parties,
    is_renewed,
    look_at_cover,
    look_at_gaps,
)
from csmcore.analysis.customers.belongings import (
    Belongings,
    belongings_of,
    brings_its_item,
    look_at_asset,
    look_at_installed,
    look_at_portfolio,
)
from csmcore.analysis.customers.circles import around_account, at_home, between_accounts
from csmcore.analysis.customers.claiming import Claimant, asks_by, asks_for_foreign, cancels, is_solved, opens
from csmcore.analysis.customers.registering import consumer_registers, contact_registers
from csmcore.analysis.customers.telling import CustomerKind, CustomerStory, Telling
from csmcore.calendars import as_utc
from csmcore.model import (
    Account,
    AccountRelationship,
    Actor,
    AgreementBook,
    Asset,
    Consumer,
    Contact,
    Household,
    ServiceContract,
)
from csmcore.rules import Plan

__all__ = ["tell_customers"]

_OTHER_CHANNEL: Final = "phone"
_NEWCOMERS: Final = ("Nora Winter", "Lena Winter", "Ole Winter")
_NOBODY: Final = "nobody"


def tell_customers(book: AgreementBook, plan: Plan, at: datetime) -> tuple[CustomerStory, ...]:
    """The stories that the book has the customers for; they begin at the instant, each with the book as it is.

    B2B is the first account that is no partner and has a registration code, B2C who joins the first household, or the
    first consumer; the partner is the first at the partner's end of a relationship. Raises NaiveDatetime, and what the
    rules raise where the book contradicts itself.
    """
    tellers = (_business, _consumer, _partner)
    stories = (teller(Telling(book, plan, as_utc(at)), name) for teller, name in zip(tellers, _NEWCOMERS, strict=True))
    return tuple(story for story in stories if story is not None)


def _business(telling: Telling, newcomer: str) -> CustomerStory | None:
    book = telling.book
    accounts = [one for one in book.accounts.values() if one.is_customer and not one.is_partner and one.active]
    account = next((one for one in accounts if one.registration_code), next(iter(accounts), None))
    if account is None:
        return None
    contact = contact_registers(telling, account, newcomer, _manager(telling))
    telling.close("Registration")
    around_account(telling, account, contact)
    telling.close("Who belongs to them")
    have = belongings_of(telling, account=account.id)
    _things(telling, have, contact, account.name)
    contract = _contract_of(telling, account=account.id)
    foreign = _foreign(telling, account.id)
    if contract is not None:
        if contract.state == "draft":
            comes_into_force(telling, contract, foreign)
        look_at_cover(telling, contract, have)
    look_at_gaps(telling, belongings_of(telling, account=account.id), {"account": account.id})
    telling.close("What was agreed")
    speaker = contact or _contact_of(telling, account)
    if speaker is not None:
        about = {"account": account.id, "contact": speaker.id, **_thing(have)}
        claimant = _claimant(telling, speaker, about)
        _claims(telling, claimant, foreign)
        opened = opens(telling, claimant, "HM-A1", "Calibration is due")
        if opened is not None:
            is_solved(opened, claimant)
        telling.close("What they are entitled to")
    if contract is not None:
        is_renewed(telling, contract)
        telling.close("And in the next year")
    return _story(telling, "B2B", account.name)


def _consumer(telling: Telling, newcomer: str) -> CustomerStory | None:
    book = telling.book
    household = next(iter(book.households.values()), None)
    known = next((one for one in book.consumers.values() if one.active and not one.is_unknown), None)
    if known is None:
        return None
    consumer = consumer_registers(telling, newcomer, _manager(telling)) or known
    telling.close("Registration")
    consumer = at_home(telling, consumer, household)
    telling.close("Who belongs to them")
    speaker = consumer if household is not None else known
    have = _at_home(telling, known, household)
    look_at_portfolio(telling, have, household.name if household else known.name)
    telling.close("What they have")
    contract = _contract_of(telling, consumer=known.id)
    own = belongings_of(telling, consumer=known.id)
    if contract is not None:
        look_at_cover(telling, contract, own)
    look_at_gaps(telling, own, {"consumer": known.id})
    telling.close(f"What was agreed with {known.name}")
    shared = [item for item in have.items if item.household is not None and item.active]
    thing = {"install_base_item": shared[0].id} if shared else _thing(own)
    about: dict[str, Any] = {"consumer": speaker.id, **thing}
    actor = Actor(kind="consumer", id=speaker.id)
    claimant = Claimant(name=speaker.name, actor=actor, about=about, agent=_agent(telling))
    _claims(telling, claimant, _foreign(telling, None))
    opens(telling, claimant, "HM-B1", "It thaws at night")
    opens(telling, claimant, "HM-B2", "It thaws by day, too")
    telling.close("What they are entitled to")
    if contract is not None:
        follows_itself(telling, contract)
        telling.close("And in the next year")
    return _story(telling, "B2C", speaker.name)


def _partner(telling: Telling, newcomer: str) -> CustomerStory | None:
    found = next(_partnerships(telling.book), None)
    if found is None:
        return None
    partner, client, relationship = found
    contact = contact_registers(telling, partner, newcomer, _manager(telling))
    telling.close("Registration")
    speaker = between_accounts(telling, partner, relationship, contact)
    telling.close("Whom they may act for")
    have = belongings_of(telling, account=client.id)
    contract = _contract_of(telling, account=client.id)
    if contract is not None:
        has_parties(telling, contract)
        look_at_cover(telling, contract, have)
    look_at_gaps(telling, have, {"account": client.id})
    telling.close(f"What was agreed with {client.name}")
    if speaker is not None:
        claimant = _claimant(telling, speaker, {"account": client.id, **_thing(have)})
        _claims(telling, claimant, _foreign(telling, client.id))
        opened = opens(telling, claimant, "HM-C1", "Door does not seal")
        if opened is not None:
            cancels(opened, claimant)
        telling.close(f"What {client.name} is entitled to")
    return _story(telling, "partner", partner.name)


def _claims(telling: Telling, claimant: Claimant, foreign: Asset | None) -> None:
    if foreign is not None:
        asks_for_foreign(telling, claimant, foreign.id)
    asks_by(telling, claimant, _OTHER_CHANNEL)


def _things(telling: Telling, have: Belongings, contact: Contact | None, whose: str) -> None:
    if have.assets:
        look_at_asset(telling, have.assets[0], contact)
        brings_its_item(telling, have.assets)
    look_at_installed(telling, have.items)
    look_at_portfolio(telling, have, whose)
    telling.close("What they have")


def _story(telling: Telling, kind: CustomerKind, name: str) -> CustomerStory:
    return CustomerStory(kind=kind, name=name, chapters=tuple(telling.chapters))


# --- whom and what the book has --------------------------------------------------------------------------------------


class _Partnership(NamedTuple):
    """A partner, its client, and how they are related."""

    partner: Account
    client: Account
    relationship: AccountRelationship


def _partnerships(book: AgreementBook) -> Iterator[_Partnership]:
    for one in book.account_relationships.values():
        kind = book.relationship_types[one.type]
        ends = (one.from_account, one.to_account)
        for role, (partner, client) in ((kind.from_role, ends), (kind.to_role, ends[::-1])):
            if role == "partner":
                yield _Partnership(book.accounts[partner], book.accounts[client], one)


def _manager(telling: Telling) -> str:
    return _of_role(telling, "manager")


def _agent(telling: Telling) -> str:
    return _of_role(telling, "agent")


def _of_role(telling: Telling, role: str) -> str:
    """Who of the vendor's people has a role; if the book says nothing of them, whoever has it."""
    return next((one.id for one in telling.book.users.values() if role in one.roles), role)


def _contact_of(telling: Telling, account: Account) -> Contact | None:
    return next((one for one in telling.book.contacts.values() if one.account == account.id), None)


def _claimant(telling: Telling, contact: Contact, about: dict[str, Any]) -> Claimant:
    actor = Actor(kind="contact", id=contact.id, account=contact.account, roles=contact.roles)
    return Claimant(name=contact.name, actor=actor, about=about, agent=_agent(telling))


def _thing(have: Belongings) -> dict[str, str]:
    return {"asset": have.assets[0].id} if have.assets else {}


def _at_home(telling: Telling, consumer: Consumer, household: Household | None) -> Belongings:
    return belongings_of(telling, consumer=consumer.id, household=household.id if household else None)


def _contract_of(
    telling: Telling, *, account: str | None = None, consumer: str | None = None
) -> ServiceContract | None:
    """Their contract: a draft to be signed, else the last of those in force."""
    own = [one for one in telling.book.contracts.values() if _is(one.account, account) or _is(one.consumer, consumer)]
    drafts = [one for one in own if one.state == "draft"]
    active = [one for one in own if one.state == "active"]
    return next(iter(drafts), next(reversed(active), None))


def _is(own: str | None, named: str | None) -> bool:
    return own is not None and own == named


def _foreign(telling: Telling, account: str | None) -> Asset | None:
    """An asset of another account."""
    assets: Iterable[Asset] = telling.book.assets.values()
    return next((one for one in assets if one.account not in {None, account}), None)
