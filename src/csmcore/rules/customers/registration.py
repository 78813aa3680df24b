"""Self-registration: a request, and what becomes of it. Who decides on it is the host's to say."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import attrs

from csmcore.calendars import as_utc
from csmcore.model import (
    Account,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    Reason,
    Refusal,
    Registration,
    RegistrationKind,
    RegistrationState,
    RequestRegistration,
)
from csmcore.rules.customers.emails import email_key, is_email

__all__ = [
    "REGISTRATION_TABLE",
    "Approval",
    "RegistrationAction",
    "RegistrationFacts",
    "approve_registration",
    "reject_registration",
    "request_registration",
    "withdraw_registration",
]

RegistrationAction: TypeAlias = Literal["request", "approve", "reject", "withdraw"]

REGISTRATION_TABLE: Mapping[tuple[RegistrationState | None, RegistrationAction], RegistrationState] = MappingProxyType(
    {
        (None, "request"): "requested",
        ("requested", "approve"): "approved",
        ("requested", "reject"): "rejected",
        ("requested", "withdraw"): "withdrawn",
    }
)
"""What follows from each action in each state; nothing else is possible, and what is decided stays so."""

_MALFORMED = Reason("malformed_email", "no mail can go there; write it as name@example.com", ("email",))
_TAKEN = Reason("email_taken", "somebody is known by this e-mail", ("email",))
_PENDING = Reason("registration_pending", "a request with this e-mail waits for a decision", ("email",))
_NO_CODE = Reason("unknown_registration_code", "no account has this registration code", ("registration_code",))
_INACTIVE = Reason("inactive_account", "the account is inactive, or is no longer known", ("account",))
_NO_REASON = Reason("reason_missing", "say why it is rejected", ("reason",))


@attrs.frozen(kw_only=True)
class RegistrationFacts:
    """What is known when somebody registers.

    ``account`` is the one that has the code, and later the one that the registration names. ``same_email`` are people
    with that e-mail, ``pending`` the registrations with it that are undecided; `email_key` tells which those are.
    """

    account: Account | None = None
    same_email: tuple[Contact | Consumer, ...] = ()
    pending: tuple[Registration, ...] = ()


class Approval(NamedTuple):
    """An approved registration, and who came of it."""

    registration: Registration
    customer: Contact | Consumer


def request_registration(
    command: RequestRegistration, facts: RegistrationFacts, now: datetime
) -> Registration | Refusal:
    """The registration that somebody asked for. Raises NaiveDatetime, OutOfRange.

    A contact gives the registration code of an active account. Nobody is known as a contact, or as a consumer, by an
    e-mail twice, and no two requests to become one wait with the same. Unknown callers are not known by theirs.
    """
    account = _account_of(command, facts)
    reasons: tuple[Reason, ...] = () if is_email(command.email) else (_MALFORMED,)
    if command.kind == "contact" and account is None:
        reasons += (_NO_CODE,)
    reasons += tuple(_clashes(command.kind, command.email, facts))
    if any(one.state == "requested" and _is_same(command, one) for one in facts.pending):
        reasons += (_PENDING,)
    if reasons:
        return Refusal(reasons)
    return Registration(
        id=command.id,
        kind=command.kind,
        name=command.name,
        email=command.email.strip(),
        phone=command.phone,
        user=command.user,
        account=None if account is None else account.id,
        state=REGISTRATION_TABLE[None, "request"],
        requested_at=now,
    )


def approve_registration(
    registration: Registration, identity: str, facts: RegistrationFacts, by: str, now: datetime
) -> Approval | Refusal:
    """The approved registration and its contact, in the role ``customer``, or consumer; ``identity`` is their new id.

    What held at the request must hold still. Raises InvalidValue, NaiveDatetime, OutOfRange.
    """
    account = facts.account
    reasons = (*_impossible(registration, "approve", now), *_clashes(registration.kind, registration.email, facts))
    if registration.account is not None and (
        account is None or account.id != registration.account or not account.active
    ):
        reasons += (_INACTIVE,)
    if reasons:
        return Refusal(reasons)
    decided = _decided(registration, "approve", by, now)
    customer = _customer(registration, identity)
    if isinstance(customer, Contact):
        return Approval(attrs.evolve(decided, contact=customer.id), customer)
    return Approval(attrs.evolve(decided, consumer=customer.id), customer)


def reject_registration(registration: Registration, reason: str, by: str, now: datetime) -> Registration | Refusal:
    """The rejected registration; whoever rejects it says why. Raises InvalidValue, NaiveDatetime, OutOfRange."""
    reasons = tuple(_impossible(registration, "reject", now))
    if not reason.strip():
        reasons += (_NO_REASON,)
    return Refusal(reasons) if reasons else attrs.evolve(_decided(registration, "reject", by, now), reason=reason)


def withdraw_registration(registration: Registration, by: str, now: datetime) -> Registration | Refusal:
    """The registration, taken back by whoever asked. Raises InvalidValue, NaiveDatetime, OutOfRange."""
    reasons = tuple(_impossible(registration, "withdraw", now))
    return Refusal(reasons) if reasons else _decided(registration, "withdraw", by, now)


def _account_of(command: RequestRegistration, facts: RegistrationFacts) -> Account | None:
    """The account that a contact's code leads to. A stranger is told the same of a wrong code and an inactive one."""
    account = facts.account
    if command.kind == "consumer" or account is None or account.registration_code is None:
        return None
    return account if account.active and account.registration_code == command.registration_code else None


def _clashes(kind: RegistrationKind, email: str, facts: RegistrationFacts) -> Iterator[Reason]:
    alike: type[Contact | Consumer] = Contact if kind == "contact" else Consumer
    people = [one for one in facts.same_email if isinstance(one, alike) and not getattr(one, "is_unknown", False)]
    if any(email_key(one.email) == email_key(email) for one in people):
        yield _TAKEN


def _is_same(command: RequestRegistration, other: Registration) -> bool:
    return other.kind == command.kind and email_key(other.email) == email_key(command.email)


def _impossible(registration: Registration, action: RegistrationAction, now: datetime) -> Iterator[Reason]:
    if (registration.state, action) not in REGISTRATION_TABLE:
        yield Reason("wrong_state", f"the registration is {registration.state}: {action} is not possible", ("state",))
    if as_utc(now) < registration.requested_at:
        yield Reason(
            "too_early", f"it was requested later, at {registration.requested_at.isoformat()}", ("decided_at",)
        )


def _decided(registration: Registration, action: RegistrationAction, by: str, now: datetime) -> Registration:
    state = REGISTRATION_TABLE[registration.state, action]
    return attrs.evolve(registration, state=state, decided_by=by, decided_at=now)


def _customer(registration: Registration, identity: str) -> Contact | Consumer:
    name, email, phone, user = registration.name, registration.email, registration.phone, registration.user
    if registration.account is None:
        return Consumer(id=ConsumerId(identity), name=name, email=email, phone=phone, user=user)
    return Contact(
        id=ContactId(identity),
        account=registration.account,
        name=name,
        email=email,
        phone=phone,
        user=user,
        roles=frozenset({"customer"}),
    )
