"""How somebody becomes known: as a contact of an account, by its code, or as a consumer."""

from collections.abc import Iterable

import attrs

from csmcore.analysis.customers.telling import Telling
from csmcore.model import Account, Consumer, Contact, Registration, RegistrationId, RequestRegistration, accepted
from csmcore.rules import Approval, RegistrationFacts, approve_registration, email_key, request_registration

__all__ = ["consumer_registers", "contact_registers"]

_WRONG_CODE = "LET-ME-IN"
_NO_MAIL = "at home"


def contact_registers(telling: Telling, account: Account, name: str, by: str) -> Contact | None:
    """A newcomer of that name, once registered; None where the account has no code to register with."""
    first = name.split(maxsplit=1)[0].lower()
    command = RequestRegistration(
        id=RegistrationId(f"registration-{first}"),
        kind="contact",
        name=name,
        email=f"{first}@{account.id}.example",
        registration_code=_WRONG_CODE,
    )
    _request(telling, f"{name} wants to register as a contact, with the code {_WRONG_CODE}.", command)
    if account.registration_code is None:
        return None
    command = attrs.evolve(command, registration_code=account.registration_code)
    known = _with_email(telling.book.contacts.values(), account)
    if known is not None:
        taken = attrs.evolve(command, email=known.email.capitalize())
        _request(telling, f"Again, with the code of {account.name}, as {taken.email}.", taken)
    asked = f"Again, with that code, as {command.email}."
    customer = _registered(telling, asked, command, (f"{first}@{account.id}", by))
    return customer if isinstance(customer, Contact) else None


def consumer_registers(telling: Telling, name: str, by: str) -> Consumer | None:
    """A newcomer of that name, once registered; None where somebody is known by their e-mail."""
    first = name.split(maxsplit=1)[0].lower()
    command = RequestRegistration(
        id=RegistrationId(f"registration-{first}"), kind="consumer", name=name, email=_NO_MAIL
    )
    _request(telling, f"{name} wants to register as a consumer, with {_NO_MAIL!r} for an e-mail.", command)
    known = next((one for one in telling.book.consumers.values() if one.email), None)
    if known is not None:
        _request(telling, f"Again, as {known.email}.", attrs.evolve(command, email=known.email))
    command = attrs.evolve(command, email=f"{first}@{name.rsplit(maxsplit=1)[-1].lower()}.example")
    asked = f"Again, as {command.email}."
    customer = _registered(telling, asked, command, (first, by))
    return customer if isinstance(customer, Consumer) else None


def _with_email(contacts: Iterable[Contact], account: Account) -> Contact | None:
    return next((one for one in contacts if one.account == account.id and one.email), None)


def _request(
    telling: Telling, asked: str, command: RequestRegistration, pending: tuple[Registration, ...] = ()
) -> Registration | None:
    """What comes of a request, with what the book knows of its code and its e-mail."""
    answer = request_registration(command, _facts(telling, command, pending), telling.at)
    return telling.ask(asked, answer, lambda made: f"{made.state}: somebody decides on it")


def _registered(
    telling: Telling, asked: str, command: RequestRegistration, decided: tuple[str, str]
) -> Contact | Consumer | None:
    """Who comes of a request that is approved: under which id, and by whom."""
    identity, by = decided
    registration = _request(telling, asked, command)
    if registration is None:
        return None
    twice = attrs.evolve(command, id=RegistrationId(f"{command.id}-2"))
    _request(telling, "Once more, to be sure.", twice, (registration,))
    facts = _facts(telling, command)
    approval = accepted(approve_registration(registration, identity, facts, by, telling.at))
    telling.ask(f"{telling.called(by)} approves it.", approval, _welcome)
    telling.keep(approval.customer)
    return approval.customer


def _welcome(approval: Approval) -> str:
    customer = approval.customer
    if isinstance(customer, Contact):
        return f"{approval.registration.state}: contact {customer.id}, in the role {', '.join(sorted(customer.roles))}"
    return f"{approval.registration.state}: consumer {customer.id}"


def _facts(telling: Telling, command: RequestRegistration, pending: tuple[Registration, ...] = ()) -> RegistrationFacts:
    book, key = telling.book, email_key(command.email)
    people: tuple[Contact | Consumer, ...] = (*book.contacts.values(), *book.consumers.values())
    coded = (one for one in book.accounts.values() if one.registration_code == command.registration_code)
    return RegistrationFacts(
        account=next(coded, None) if command.registration_code else None,
        same_email=tuple(one for one in people if one.email and email_key(one.email) == key),
        pending=pending,
    )
