"""How somebody becomes known: as a contact of an account, by its code, or as a consumer."""

from collections.abc import Iterable

import attrs

from csmcore.analysis.customers.telling import Telling
from csmcore.model import Account, Consumer, Contact, Registration, RegistrationId, RequestRegistration
from csmcore.rules import Approval, RegistrationFacts, approve_registration, email_key, request_registration

__all__ = ["contact_registers", "consumer_registers"]

_WRONG_CODE = "LET-ME-IN"
_NO_MAIL = "at home"


def contact_registers(telling: Telling, account: Account, name: str, by: str) -> Contact | None:
    """A newcomer of that name, once registered; None where the account has no code to register with."""
    first = name.split()[0].lower()
    command = RequestRegistration(
        id=RegistrationId(f"registration-{first}"),
        kind="contact",
        name=name,
        email=f"{first}@{account.id}.example",
        registration_code=_WRONG_CODE,
    )
    _request(telling, f"{name} wants to be a contact, with the code {_WRONG_CODE}", command)
    if account.registration_code is None:
        return None
    command = attrs.evolve(command, registration_code=account.registration_code)
    known = _with_email(telling.book.contacts.values(), account)
    if known is not None:
        taken = attrs.evolve(command, email=f" {known.email.capitalize()}")
        _request(telling, f"again, with the code of {account.name} and the e-mail {known.email}", taken)
    asked = f"again, with that code and the e-mail {command.email}"
    customer = _registered(telling, asked, command, account, f"{first}@{account.id}", by)
    return customer if isinstance(customer, Contact) else None


def consumer_registers(telling: Telling, name: str, by: str) -> Consumer | None:
    """A newcomer of that name, once registered; None where somebody is known by their e-mail."""
    first = name.split()[0].lower()
    command = RequestRegistration(
        id=RegistrationId(f"registration-{first}"), kind="consumer", name=name, email=_NO_MAIL
    )
    _request(telling, f"{name} wants to be a customer, by the e-mail {_NO_MAIL!r}", command)
    known = next((one for one in telling.book.consumers.values() if one.email), None)
    if known is not None:
        _request(telling, f"again, by the e-mail {known.email}", attrs.evolve(command, email=known.email))
    command = attrs.evolve(command, email=f"{first}@{name.split()[-1].lower()}.example")
    asked = f"again, by the e-mail {command.email}"
    customer = _registered(telling, asked, command, None, first, by)
    return customer if isinstance(customer, Consumer) else None


def _with_email(contacts: Iterable[Contact], account: Account) -> Contact | None:
    return next((one for one in contacts if one.account == account.id and one.email), None)


def _request(
    telling: Telling, asked: str, command: RequestRegistration, pending: tuple[Registration, ...] = ()
) -> Registration | None:
    """What comes of a request, with what the book knows of its code and its e-mail."""
    answer = request_registration(command, _facts(telling, command, pending), telling.at)
    return telling.ask(asked, answer, lambda made: f"{made.state}; somebody has to decide on it")


def _registered(
    telling: Telling, asked: str, command: RequestRegistration, account: Account | None, identity: str, by: str
) -> Contact | Consumer | None:
    registration = _request(telling, asked, command)
    if registration is None:
        return None
    twice = attrs.evolve(command, id=RegistrationId(f"{command.id}-2"))
    _request(telling, "once more, in a hurry", twice, (registration,))
    facts = _facts(telling, command)
    approval = approve_registration(registration, identity, facts, by, telling.at)
    approved = telling.ask(f"{by} approves it", approval, _welcome)
    if approved is None:
        return None
    telling.keep(approved.customer)
    return approved.customer


def _welcome(approval: Approval) -> str:
    customer = approval.customer
    if isinstance(customer, Contact):
        return f"{approval.registration.state}: contact {customer.id}, in the role {', '.join(sorted(customer.roles))}"
    return f"{approval.registration.state}: consumer {customer.id}"


def _facts(
    telling: Telling, command: RequestRegistration, pending: tuple[Registration, ...] = ()
) -> RegistrationFacts:
    book, key = telling.book, email_key(command.email)
    people: tuple[Contact | Consumer, ...] = (*book.contacts.values(), *book.consumers.values())
    coded = (one for one in book.accounts.values() if one.registration_code == command.registration_code)
    return RegistrationFacts(
        account=next(coded, None) if command.registration_code else None,
        same_email=tuple(one for one in people if one.email and email_key(one.email) == key),
        pending=pending,
    )
