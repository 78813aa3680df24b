"""Who belongs with a customer: teams and contacts of an account, members of a household, partners."""

from collections.abc import Iterable
from datetime import timedelta

import attrs

from csmcore.analysis.customers.telling import Telling
from csmcore.model import (
    Account,
    AccountId,
    AccountRelationship,
    AccountRelationshipId,
    AccountRelationshipType,
    Actor,
    Address,
    AddressId,
    AddressKind,
    Consumer,
    Contact,
    ContactRelationship,
    ContactRelationshipId,
    Household,
    Reason,
    TeamMember,
    TeamMemberId,
    accepted,
)
from csmcore.rules import (
    Neighbourhood,
    account_path,
    add_household_member,
    assign_team_member,
    can_create_on_behalf,
    end_membership,
    make_primary_household,
    merge_consumers,
    put_address,
    relate_accounts,
    relate_contact,
    remove_address,
    seen_from,
)

__all__ = ["around_account", "at_home", "between_accounts", "neighbourhood"]

_DAY = timedelta(days=1)


def around_account(telling: Telling, account: Account, newcomer: Contact | None) -> None:
    """The account's place, its team, and who acts for it."""
    book = telling.book
    above = telling.agreed.facts({"account": account.id}).ancestors
    path = account_path([account, *above])
    if path is not None:
        telling.tell(f"Where is {account.name} among the accounts?", f"path {path}")
    _team(telling, account)
    acting = [one for one in book.contact_relationships.values() if one.account == account.id]
    kinds = [book.responsibilities[one.responsibility] for one in acting if one.responsibility is not None]
    if newcomer is not None and kinds:
        definition = kinds[0]
        relationship = ContactRelationship(
            id=ContactRelationshipId(f"{newcomer.id}-acts"),
            account=account.id,
            contact=newcomer.id,
            responsibility=definition.id,
        )
        answer = relate_contact(relationship, newcomer, account, definition, acting, circle=())
        asked = f"{newcomer.name} is to be {definition.name} of {account.name}."
        telling.ask(asked, answer, lambda new: ", ".join([*(one.contact for one in acting), new.contact]))


def _team(telling: Telling, account: Account) -> None:
    """A second holder of what somebody of the team is responsible for."""
    book = telling.book
    team = [one for one in book.team_members.values() if one.account == account.id]
    spare = next((one for one in book.users.values() if all(one.id != member.user for member in team)), None)
    if not team or spare is None:
        return
    definition = book.responsibilities[team[0].responsibility]
    member = TeamMember(
        id=TeamMemberId(f"{account.id}-team"), user=spare.id, responsibility=definition.id, account=account.id
    )
    holder = telling.called(team[0].user)
    asked = f"{spare.name} is to be {definition.name}, as {holder} is."
    telling.ask(asked, assign_team_member(member, definition, team), lambda _: "welcome to the team")


# --- consumers -------------------------------------------------------------------------------------------------------


def at_home(telling: Telling, consumer: Consumer, household: Household | None) -> Consumer:
    """The consumer with addresses, what an unknown caller left behind, and a household to live in."""
    consumer = _with_addresses(telling, consumer)
    caller = next((one for one in telling.book.consumers.values() if one.is_unknown and one.active), None)
    if caller is not None and household is not None:
        asked = f"{caller.name} {caller.phone}, whom nobody knows, moves in with {household.name}."
        telling.ask(asked, add_household_member(household, caller, telling.day), lambda _: "welcome")
    if caller is not None:
        merged = accepted(merge_consumers(caller, consumer))
        asked = f"{caller.name} {caller.phone} turns out to be {consumer.name}."
        telling.ask(asked, merged, lambda found: [reason.text for reason in found.reasons] or ["one person"])
        telling.keep(merged.unknown, merged.known)
        consumer = merged.known
    if household is not None:
        _moves_in(telling, consumer, household)
    return consumer


def _with_addresses(telling: Telling, consumer: Consumer) -> Consumer:
    kinds: tuple[tuple[AddressKind, bool], ...] = (("home", False), ("work", True))
    for kind, is_primary in kinds:
        address = Address(id=AddressId(kind), kind=kind, is_primary=is_primary)
        consumer = put_address(consumer, address)
        primary = next(one.id for one in consumer.addresses if one.is_primary)
        said = ", and wants mail there" if is_primary else ""
        telling.tell(f"{consumer.name} has the address {kind!r}{said}.", f"the primary one is {primary!r}")
    telling.ask(
        f"{consumer.name} takes 'work' away again.", remove_address(consumer, AddressId("work")), lambda _: "gone"
    )
    telling.keep(consumer)
    return consumer


def _moves_in(telling: Telling, consumer: Consumer, household: Household) -> None:
    day = telling.day

    def members(home: Household) -> str:
        return f"on {day} it has {', '.join(home.members_on(day))}"

    home = telling.ask(
        f"{consumer.name} moves in with {household.name}.", add_household_member(household, consumer, day), members
    )
    if home is None:
        return
    main = accepted(make_primary_household(consumer.id, home.id, [home], day))
    telling.ask("It becomes their main household.", main, lambda _: f"the main one from {day}")
    telling.keep(*main)
    home = telling.book.households[home.id]
    if home.head is not None:
        answer = end_membership(home, home.head, day + _DAY)
        head = telling.book.consumers[home.head].name
        telling.ask(f"{head}, who is the head, moves out.", answer, lambda _: "farewell")


# --- partners --------------------------------------------------------------------------------------------------------


def between_accounts(
    telling: Telling, partner: Account, relationship: AccountRelationship, newcomer: Contact | None
) -> Contact | None:
    """What the partner is to its client, and who of its people may open cases for it; whoever may, if anybody."""
    book = telling.book
    kind = book.relationship_types[relationship.type]
    _both_ends(telling, partner, relationship, kind)
    client = book.accounts[_other_end(partner, relationship)]
    known = (one for one in book.contacts.values() if one.account == partner.id and "partner" in one.roles)
    speaker = newcomer or next(known, None)
    if speaker is None:
        return None
    _may_open(telling, speaker, client, f"{speaker.name}, in the role {', '.join(sorted(speaker.roles))},")
    speaker = attrs.evolve(speaker, roles=frozenset({"partner"}))
    telling.keep(speaker)
    stranger = next((one for one in book.accounts.values() if one.id not in {partner.id, client.id}), None)
    if stranger is not None:
        _may_open(telling, speaker, stranger, f"{speaker.name}, now in the role partner,")
    right = _may_open(telling, speaker, client, speaker.name)
    return speaker if right is not None else None


def _both_ends(
    telling: Telling, partner: Account, relationship: AccountRelationship, kind: AccountRelationshipType
) -> None:
    ends = (relationship.from_account, relationship.to_account)
    seen = [(end, seen_from(relationship, kind, end)) for end in ends]
    telling.tell(
        f"How is {partner.name} related to others?",
        *(f"{end} {found.label} {found.account}" for end, found in seen if found is not None),
    )
    turned = AccountRelationship(
        id=AccountRelationshipId(f"{relationship.id}-back"), type=kind.id, from_account=ends[1], to_account=ends[0]
    )
    accounts = telling.book.accounts
    answer = relate_accounts(turned, kind, accounts[ends[1]], accounts[ends[0]], [relationship])
    telling.ask(f"The same the other way round: {ends[1]} {kind.label} {ends[0]}.", answer, lambda _: "related")


def _other_end(partner: Account, relationship: AccountRelationship) -> AccountId:
    ends = (relationship.from_account, relationship.to_account)
    return ends[1] if partner.id == ends[0] else ends[0]


def _may_open(telling: Telling, contact: Contact, account: Account, who: str) -> Reason | None:
    actor = Actor(kind="contact", id=contact.id, account=contact.account, roles=contact.roles)
    answer = can_create_on_behalf(actor, neighbourhood(telling, account))
    return telling.ask(f"May {who} open cases for {account.name}?", answer, lambda right: right.text)


def neighbourhood(telling: Telling, account: Account) -> Neighbourhood:
    """What the book has around an account."""
    book = telling.book
    return Neighbourhood(
        account=account,
        above=telling.agreed.facts({"account": account.id}).ancestors,
        relationships=tuple(_of_account(book.account_relationships.values(), account)),
        relationship_types=tuple(book.relationship_types.values()),
        contact_relationships=tuple(one for one in book.contact_relationships.values() if one.account == account.id),
    )


def _of_account(relationships: Iterable[AccountRelationship], account: Account) -> Iterable[AccountRelationship]:
    return (one for one in relationships if account.id in {one.from_account, one.to_account})
