"""Self-registration: requests, decisions, and what is refused."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import attrs
import pytest

from csmcore.errors import InvalidValue, NaiveDatetime
from csmcore.model import (
    REGISTRATION_STATES,
    Account,
    Consumer,
    Contact,
    Refusal,
    Registration,
    RequestRegistration,
    accepted,
)
from csmcore.rules import (
    REGISTRATION_TABLE,
    RegistrationAction,
    RegistrationFacts,
    approve_registration,
    email_key,
    is_email,
    reject_registration,
    request_registration,
    withdraw_registration,
)
from tests.unit.lifecycle.cast import made

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ACME = made(Account, id="acme", name="Acme", registration_code="ACME-1")
ASKED = made(
    RequestRegistration, id="r1", kind="contact", name="Eve", email=" Eve@acme.example ", registration_code="ACME-1"
)
KNOWN = RegistrationFacts(account=ACME)


def codes(answer: Any) -> tuple[str, ...]:
    """The codes of a refusal."""
    assert isinstance(answer, Refusal)
    return answer.codes


def asked(**more: Any) -> Registration:
    """Eve's registration, as it was accepted."""
    return attrs.evolve(accepted(request_registration(ASKED, KNOWN, NOW)), **more)


def as_consumer(**more: Any) -> RequestRegistration:
    """A consumer's request."""
    return made(RequestRegistration, **{"id": "r2", "kind": "consumer", "name": "Carl", "email": "c@x.example"} | more)


def test_a_contact_registers_with_their_accounts_code() -> None:
    """The code has led to the account; the e-mail is kept without the space around it."""
    assert asked() == made(
        Registration,
        id="r1",
        kind="contact",
        name="Eve",
        email="Eve@acme.example",
        account="acme",
        requested_at=NOW,
    )


def test_a_consumer_registers_without_a_code() -> None:
    """Whatever account the facts hold."""
    answer = request_registration(as_consumer(registration_code="ACME-1"), KNOWN, NOW)
    assert accepted(answer).account is None


@pytest.mark.parametrize(
    "account",
    [
        None,
        attrs.evolve(ACME, active=False),
        attrs.evolve(ACME, registration_code="acme-1"),
        attrs.evolve(ACME, registration_code=None),
    ],
)
def test_a_wrong_code_leads_nowhere(account: Account | None) -> None:
    """Strangers are told the same of a code that nobody has and one of an inactive account."""
    for code in ("ACME-1", ""):
        request = attrs.evolve(ASKED, registration_code=code)
        assert codes(request_registration(request, RegistrationFacts(account=account), NOW)) == (
            "unknown_registration_code",
        )


def test_nobody_is_known_by_an_email_twice() -> None:
    """Capitals and space are no difference; contacts and consumers are apart, and unknown callers do not count."""
    eve = made(Contact, id="eve", account="zeta", name="Eve", email="EVE@ACME.example", active=False)
    eva = made(Consumer, id="eva", name="Eva", email="eve@acme.example")
    caller = attrs.evolve(eva, is_unknown=True)
    taken: dict[Any, bool] = {(ASKED.kind, eve): True, (ASKED.kind, eva): False}
    taken |= {("consumer", eve): False, ("consumer", eva): True, ("consumer", caller): False}
    for (kind, person), is_taken in taken.items():
        request = attrs.evolve(ASKED, kind=kind)
        answer = request_registration(request, attrs.evolve(KNOWN, same_email=(person,)), NOW)
        assert codes(answer) == ("email_taken",) if is_taken else isinstance(answer, Registration)


def test_one_request_at_a_time_waits_with_an_email() -> None:
    """A decided one is no obstacle, nor one to become something else."""
    waiting = asked(email="eve@ACME.example")
    facts = attrs.evolve(KNOWN, pending=(waiting,))
    assert codes(request_registration(ASKED, facts, NOW)) == ("registration_pending",)
    decided = accepted(withdraw_registration(waiting, "eve", NOW))
    for facts in (attrs.evolve(KNOWN, pending=(decided,)), attrs.evolve(KNOWN, pending=(asked(email="a@b.example"),))):
        assert isinstance(request_registration(ASKED, facts, NOW), Registration)
    facts = RegistrationFacts(pending=(waiting,))
    assert isinstance(request_registration(as_consumer(email="eve@acme.example"), facts, NOW), Registration)


@pytest.mark.parametrize(
    "email",
    [
        *("", " ", "eve", "@acme.example", "eve@", "eve@@acme.example", "eve@acme..example", "eve@.example"),
        *("e ve@acme.example", "eve@acme\n.example", "eve\0@acme.example", "e" * 250 + "@a.example", "eve@acme."),
    ],
)
def test_a_malformed_email_is_refused(email: str) -> None:
    """With all else that is wrong."""
    assert not is_email(email)
    wrong = request_registration(attrs.evolve(ASKED, email=email), RegistrationFacts(), NOW)
    assert codes(wrong) == ("malformed_email", "unknown_registration_code")


def test_emails_are_the_same_whatever_their_capitals() -> None:
    """The key is what a host looks them up by."""
    assert email_key("  EVE@Acme.Example\n") == email_key("eve@acme.example")


def test_an_approved_contact_is_a_customer_of_the_account() -> None:
    """The registration names them."""
    registration = asked(phone="1", user="u-eve")
    approved, eve = accepted(approve_registration(registration, "eve", KNOWN, "ann", LATER))
    assert eve == made(
        Contact,
        id="eve",
        account="acme",
        name="Eve",
        email="Eve@acme.example",
        phone="1",
        user="u-eve",
        roles=frozenset({"customer"}),
    )
    assert approved == attrs.evolve(registration, state="approved", contact=eve.id, decided_by="ann", decided_at=LATER)


def test_an_approved_consumer_is_one() -> None:
    """No account is asked for."""
    registration = accepted(request_registration(as_consumer(), RegistrationFacts(), NOW))
    approved, carl = accepted(approve_registration(registration, "carl", RegistrationFacts(), "ann", LATER))
    assert carl == made(Consumer, id="carl", name="Carl", email="c@x.example")
    assert (approved.state, approved.consumer, approved.contact) == ("approved", "carl", None)


def test_what_held_at_the_request_holds_at_the_approval() -> None:
    """Somebody else may have come first, the account may have gone."""
    eve = made(Contact, id="eve", account="acme", name="Eve", email="eve@acme.example")
    for account in (None, attrs.evolve(ACME, active=False), made(Account, id="zeta", name="Zeta")):
        facts = RegistrationFacts(account=account, same_email=(eve,))
        refused = approve_registration(asked(), "eve", facts, "ann", LATER)
        assert codes(refused) == ("email_taken", "inactive_account")


def test_a_rejection_says_why() -> None:
    """A blank reason is none."""
    assert codes(reject_registration(asked(), " ", "ann", LATER)) == ("reason_missing",)
    rejected = accepted(reject_registration(asked(), "Not one of ours.", "ann", LATER))
    assert rejected == asked(state="rejected", reason="Not one of ours.", decided_by="ann", decided_at=LATER)


def test_whoever_asked_may_take_it_back() -> None:
    """Nobody comes of it."""
    withdrawn = accepted(withdraw_registration(asked(), "eve", LATER))
    assert withdrawn == asked(state="withdrawn", decided_by="eve", decided_at=LATER)


def decide(action: str, registration: Registration, now: datetime) -> Any:
    """What comes of an action."""
    if action == "approve":
        return approve_registration(registration, "eve", KNOWN, "ann", now)
    if action == "reject":
        return reject_registration(registration, "No.", "ann", now)
    return withdraw_registration(registration, "eve", now)


@pytest.mark.parametrize(("state", "action"), [*product(REGISTRATION_STATES, ["approve", "reject", "withdraw"])])
def test_what_is_decided_stays_so(state: Any, action: Any) -> None:
    """All actions in all states, against the table; and never before the request."""
    answer = decide(action, asked(state=state), NOW - timedelta(seconds=1))
    wrong = () if (state, action) in REGISTRATION_TABLE else ("wrong_state",)
    assert codes(answer) == (*wrong, "too_early")
    assert isinstance(decide(action, asked(state=state), NOW), Refusal) == bool(wrong)


def test_the_table_is_whole() -> None:
    """Each action leads somewhere, each state is reached, and only what is requested can change."""
    assert {action for _, action in REGISTRATION_TABLE} == set(get_args(RegistrationAction))
    assert sorted(REGISTRATION_TABLE.values()) == sorted(REGISTRATION_STATES)
    assert {state for state, _ in REGISTRATION_TABLE} == {None, "requested"}


def test_what_is_no_instant_and_no_id_is_a_typed_error() -> None:
    """Form is the nouns' to check."""
    with pytest.raises(NaiveDatetime):
        request_registration(ASKED, KNOWN, datetime(2026, 6, 1))
    with pytest.raises(NaiveDatetime):
        withdraw_registration(asked(), "eve", datetime(2026, 6, 1))
    with pytest.raises(InvalidValue):
        approve_registration(asked(), "", KNOWN, "ann", LATER)
