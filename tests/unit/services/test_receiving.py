"""Messages through a service: each becomes a comment, a case, a follow-up, or nothing new."""

from datetime import timedelta
from typing import Any

import pytest

from csmcore.adapters import MemoryHost, MemoryMailroom, SettableClock
from csmcore.errors import InvalidValue, NotFound
from csmcore.model import AcceptSolution, Message, OpenCase, Refused, SupportPolicy
from csmcore.ports import Mailroom
from csmcore.services import CaseService
from tests.unit.services.desk import ANN, BOOK, JO, KAY, POLICY, STRANGER, at, check_whole, made, walk


def a_desk(policy: SupportPolicy = POLICY) -> tuple[MemoryHost, SettableClock, CaseService, MemoryMailroom]:
    """A desk that takes messages in."""
    clock, mailroom = SettableClock(at("12 10:00")), MemoryMailroom([("email", "@spam.example")])
    host = MemoryHost(policy, BOOK, clock=clock)
    return host, clock, CaseService(host, mailroom=mailroom), mailroom


def mail(name: str, text: str = "It stands still.", **more: Any) -> Message:
    """An e-mail."""
    return Message(channel="email", message_id=f"<{name}@acme>", text=text, **{"subject": "Press", **more})


def test_a_message_opens_a_case_once() -> None:
    """However often it is delivered; the answer then says where it went."""
    host, _, service, _ = a_desk()
    first = service.receive(mail("1"), JO)
    assert first.decision is not None
    case = first.decision.case
    assert (case.channel, case.short_description, case.description, case.contact) == (
        "email",
        "Press",
        "It stands still.",
        "jo",
    )
    again = service.receive(mail("1"), JO)
    assert (again.message.outcome, again.message.case, again.decision) == ("duplicate", case.id, None)
    assert host.case(case.id) == case
    check_whole(host)


def test_a_reply_finds_its_case() -> None:
    """By the message that it answers, by one that the desk sent, or by the number in its subject."""
    host, _, service, mailroom = a_desk()
    opened = service.receive(mail("1"), JO).decision
    assert opened is not None
    case_id = opened.case.id
    mailroom.sent("email", "<out@desk>", case_id)
    replies = (
        mail("2", "Any news?", in_reply_to="<1@acme>"),
        mail("3", "And now?", references=("<x@y>", "<out@desk>")),
        mail("4", "Hello?", subject=f"Re: [{opened.case.number}] Press"),
        mail("5", "Hello??", in_reply_to="<4@acme>"),
    )
    for reply in replies:
        answer = service.receive(reply, JO)
        assert answer.decision is not None
        assert (answer.message.outcome, answer.decision.case.id) == ("comment", case_id)
    assert [said.text for said in host.activity(case_id)] == [reply.text for reply in replies]


def test_nobody_writes_into_anothers_case() -> None:
    """A guessed number opens a case of the sender's own."""
    host, _, service, _ = a_desk()
    opened = service.receive(mail("1"), JO).decision
    assert opened is not None
    answer = service.receive(mail("2", subject=f"[{opened.case.number}]", text="Let me in."), STRANGER)
    assert answer.decision is not None
    assert (answer.message.outcome, answer.decision.case.account) == ("open", "rival")
    assert host.activity(opened.case.id) == ()
    with pytest.raises(Refused) as caught:
        service.receive(mail("1", "Mine."), STRANGER)
    assert caught.value.refusal.codes == ("message_id_reused",)


def test_an_answer_to_an_ended_case_goes_on_from_it() -> None:
    """In a case of its own, to which later answers go, too."""
    host, clock, service, _ = a_desk()
    opened = service.receive(mail("1"), JO).decision
    assert opened is not None
    walk(service, clock, opened.case.id, "resolved")
    service.apply(opened.case.id, AcceptSolution(), JO)
    clock.advance(timedelta(days=30))
    late = service.receive(mail("2", "It stands again.", in_reply_to="<1@acme>"), JO)
    assert late.decision is not None
    assert (late.message.outcome, late.decision.case.follow_up_of) == ("follow_up", opened.case.id)
    later = service.receive(mail("3", "Hm?", in_reply_to="<1@acme>"), JO)
    assert later.decision is not None
    assert later.decision.case.id == late.decision.case.id
    assert len(host._cases) == 2


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (mail("1", is_automatic=True), "automatic_message"),
        (mail("1", " ", subject=""), "nothing_to_say"),
        (mail("1", sender_address="Bob@SPAM.example"), "sender_blocked"),
        (mail("out"), "own_message"),
    ],
)
def test_what_is_not_taken_in_leaves_nothing(message: Message, code: str) -> None:
    """With the reason why."""
    host, _, service, mailroom = a_desk()
    mailroom._own.add(("email", "<out@acme>"))
    with pytest.raises(Refused) as caught:
        service.receive(message, JO)
    assert code in caught.value.refusal.codes
    assert host._cases == {}


def test_a_message_that_two_workers_take_in_is_one_case() -> None:
    """The one that comes second finds it there."""
    host, _, service, mailroom = a_desk()
    other = CaseService(host, mailroom=mailroom)

    class Overtaken(MemoryMailroom):
        """While it is asked, somebody else takes the message in."""

        def is_own(self, channel: Any, message_id: str) -> bool:
            """Once."""
            if not host._cases:
                other.receive(mail("1", form=made(OpenCase, category="presses")), JO)
            return super().is_own(channel, message_id)

    late = CaseService(host, mailroom=Overtaken())
    answer = late.receive(mail("1"), JO)
    assert (answer.message.outcome, answer.decision, len(host._cases)) == ("duplicate", None, 1)
    del service


def test_a_service_without_a_mailroom_says_so() -> None:
    """And one whose cases pin a policy that was lost."""
    host, _, service, mailroom = a_desk()
    service.receive(mail("1"), JO)
    with pytest.raises(InvalidValue, match="mailroom"):
        CaseService(host).receive(mail("2"), JO)
    host._policies.clear()
    with pytest.raises(NotFound, match="policy"):
        CaseService(host, mailroom=mailroom).receive(mail("2", in_reply_to="<1@acme>"), JO)


def test_machines_and_agents_take_in_calls_for_others() -> None:
    """With the form that says whom for."""
    _, _, service, _ = a_desk()
    call = Message(channel="phone", message_id="call-1", text="The phone is dead.", form=made(OpenCase, consumer="kay"))
    taken = service.receive(call, ANN).decision
    assert taken is not None
    assert (taken.case.channel, taken.case.consumer, taken.case.short_description) == (
        "phone",
        "kay",
        "The phone is dead.",
    )
    back = service.receive(Message(channel="chat", message_id="m", text="Hello", in_reply_to="call-1"), KAY)
    assert back.message.outcome == "open"


def plays_it(mailroom: Mailroom) -> Mailroom:
    """The type checker's word."""
    return mailroom


plays_it(MemoryMailroom())
