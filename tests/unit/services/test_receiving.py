"""Messages through a service: each becomes a comment, a case, a follow-up, or nothing new."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest

from csmcore.adapters import MemoryHost, MemoryMailroom, SettableClock
from csmcore.errors import InvalidValue, NotFound, StaleVersion
from csmcore.model import (
    AcceptSolution,
    AccountId,
    Activity,
    Actor,
    AddComment,
    AddWorkNote,
    Asset,
    CancelCase,
    Case,
    CaseId,
    Channel,
    Contact,
    LogEntry,
    MergeCase,
    Message,
    Notification,
    OpenCase,
    Refused,
    SlaState,
    SupportPolicy,
)
from csmcore.ports import Mailroom
from csmcore.rules import BRACKETS
from csmcore.services import CaseService
from csmcore.services.receiving import message_facts
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
        mail("4", "Hello?", subject=f"Re: [CS9] [{opened.case.number}] Press"),
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


@pytest.mark.parametrize("squats", [False, True])
def test_nobody_takes_a_message_from_its_sender_by_its_id(squats: bool) -> None:  # noqa: FBT001 - a case
    """Who uses it first, mentions it, or refers to it, changes nothing for whoever it is of, to the last reason."""
    host, _, service, _ = a_desk()
    if squats:
        service.receive(mail("1", "Mine."), STRANGER)
        service.receive(mail("x", "And mine.", references=("<1@acme>",)), STRANGER)
    taken = service.receive(mail("1"), JO)
    assert ([reason.code for reason in taken.message.reasons], taken.message.outcome) == (["case_opened"], "open")
    assert service.receive(mail("1"), JO).message.outcome == "duplicate"
    reply = service.receive(mail("2", in_reply_to="<1@acme>"), JO)
    assert [reason.code for reason in reply.message.reasons] == ["by_reply"]
    assert (taken.decision, reply.decision) != (None, None)
    check_whole(host)


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
    case = service.open(OpenCase(short_description="Press"), JO).case
    mailroom.sent("email", "<out@acme>", case.id)
    with pytest.raises(Refused) as caught:
        service.receive(message, JO)
    assert code in caught.value.refusal.codes
    assert host._cases == {case.id: case}


def test_an_id_that_the_desk_used_is_free_for_those_who_cannot_know_it() -> None:
    """And what answers it still finds its case."""
    _, _, service, mailroom = a_desk()
    case = service.open(OpenCase(short_description="Press"), JO).case
    mailroom.sent("email", "<out@acme>", case.id)
    assert service.receive(mail("out"), STRANGER).message.outcome == "open"
    assert service.receive(mail("2", in_reply_to="<out@acme>"), JO).message.case == case.id


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


# --- what must not be lost -------------------------------------------------------------------------------------------


def an_ended_case(service: CaseService, **form: Any) -> CaseId:
    """A case that a mail of Jo's opened, and that was cancelled."""
    opened = service.receive(mail("1", form=made(OpenCase, **form)), JO).decision
    assert opened is not None
    return service.apply(opened.case.id, CancelCase(reason="Double."), ANN).case.id


def test_an_answer_about_what_is_no_longer_theirs_goes_on_without_it() -> None:
    """The press of the ended case was sold."""
    host, _, service, _ = a_desk()
    host.add(made(Asset, id="old", product_model="press", account="acme"))
    case_id = an_ended_case(service, asset="old")
    host.add(made(Asset, id="old", product_model="press", account="rival"))
    answer = service.receive(mail("2", "Help!", in_reply_to="<1@acme>"), JO)
    assert answer.decision is not None
    case = answer.decision.case
    assert (case.follow_up_of, case.asset, case.product, case.description) == (case_id, None, "press", "Help!")
    assert [reason.code for reason in answer.message.reasons] == ["by_reply", "follow_up_opened", "left_out"]


def test_an_answer_from_which_nothing_can_go_on_opens_a_case_of_its_own() -> None:
    """Jo works for another account now; what answers the same message later goes into that case, too."""
    host, _, service, _ = a_desk()
    an_ended_case(service)
    host.add(made(Contact, id="jo", account="rival", name="Jo"))
    moved = attrs.evolve(JO, account=AccountId("rival"))
    answer = service.receive(mail("2", "Help!", in_reply_to="<1@acme>", form=OpenCase(category="presses")), moved)
    assert answer.decision is not None
    case = answer.decision.case
    assert (answer.message.outcome, answer.message.case, case.follow_up_of) == ("open", None, None)
    assert (case.account, case.description, case.category) == ("rival", "Help!", "presses")
    codes = [reason.code for reason in answer.message.reasons]
    assert (codes[0], codes[-1]) == ("by_reply", "follow_up_refused")
    assert not {"follow_up_opened", "form_left_out"} & set(codes)
    later = service.receive(mail("3", "Hello?", in_reply_to="<1@acme>"), moved)
    assert (later.message.outcome, later.message.case) == ("comment", case.id)
    assert service.receive(mail("2", in_reply_to="<1@acme>"), moved).message.outcome == "duplicate"


def test_a_message_that_can_become_nothing_at_all_is_refused() -> None:
    """Neither a follow-up nor a case: Kay has opened as many as she may."""
    cases = attrs.evolve(POLICY.cases, cases_a_day=1)
    _, _, service, _ = a_desk(attrs.evolve(POLICY, cases=cases))
    opened = service.receive(mail("1"), KAY).decision
    assert opened is not None
    service.apply(opened.case.id, CancelCase(reason="Double."), ANN)
    with pytest.raises(Refused) as caught:
        service.receive(mail("2", in_reply_to="<1@acme>"), KAY)
    assert caught.value.refusal.codes == ("limit_reached",)


class Meanwhile(MemoryMailroom):
    """Each time that it is asked about a message, somebody does something, once all is known."""

    def __init__(self, does: Callable[[], object]) -> None:
        super().__init__()
        self.asked = 0
        self._does = does

    def is_blocked(self, channel: Channel, sender_address: str) -> bool:
        """Nobody is."""
        self.asked += 1
        self._does()
        return super().is_blocked(channel, sender_address)


def test_a_comment_that_the_end_of_its_case_overtook_goes_on_from_it() -> None:
    """Nothing is lost."""
    host, _, service, _ = a_desk()
    opened = service.open(OpenCase(short_description="Press"), JO).case

    def end() -> None:
        """Once."""
        if host.case(opened.id) == opened:
            service.apply(opened.id, CancelCase(reason="Double."), ANN)

    late = CaseService(host, mailroom=Meanwhile(end))
    answer = late.receive(mail("2", "And now?", subject=f"Re: [{opened.number}]"), JO)
    assert answer.decision is not None
    assert (answer.message.outcome, answer.decision.case.follow_up_of) == ("follow_up", opened.id)


def test_a_message_is_decided_about_five_times_at_most() -> None:
    """Where the case never rests, and the comment is refused each time."""
    cases = attrs.evolve(POLICY.cases, comments_a_day=1)
    host, _, service, _ = a_desk(attrs.evolve(POLICY, cases=cases))
    opened = service.open(OpenCase(short_description="Press"), KAY).case
    service.apply(opened.id, AddComment("Hello?"), KAY)
    restless = Meanwhile(lambda: service.apply(opened.id, AddWorkNote("Hm."), ANN))
    for mailroom, asked in ((restless, 6), (Meanwhile(lambda: None), 2)):
        with pytest.raises(Refused) as caught:
            CaseService(host, mailroom=mailroom).receive(mail("2", subject=f"[{opened.number}]"), KAY)
        assert (caught.value.refusal.codes, mailroom.asked) == (("limit_reached",), asked)


@pytest.mark.parametrize("moves", [True, False])
def test_a_comment_that_was_overtaken_too_often_is_decided_anew(moves: bool) -> None:  # noqa: FBT001 - a case
    """Where its case has moved on; else it is for the host to send again."""

    class Busy(MemoryHost):
        """The first comment comes too late."""

        is_first = True

        def commit(self, case: Case, sla: SlaState, activity: Sequence[Activity], entry: LogEntry) -> None:
            """See `csmcore.ports.UnitOfWork`."""
            if entry.receipt is not None and self.is_first:
                self.is_first = False
                if moves:
                    service.apply(case.id, AddWorkNote("Hm."), ANN)
                raise StaleVersion(case.id, case.version - 1)
            super().commit(case, sla, activity, entry)

    host = Busy(POLICY, BOOK, clock=SettableClock(at("12 10:00")))
    service = CaseService(host, mailroom=MemoryMailroom(), attempts=1)
    opened = service.open(OpenCase(short_description="Press"), JO).case
    sent = mail("2", subject=f"[{opened.number}]")
    if moves:
        assert service.receive(sent, JO).message.case == opened.id
    else:
        with pytest.raises(StaleVersion):
            service.receive(sent, JO)


def test_answers_that_come_at_once_make_one_case() -> None:
    """A mailroom takes in the messages of a conversation one after another."""
    host, _, service, _ = a_desk()
    case_id = an_ended_case(service)
    with ThreadPoolExecutor(8) as workers:
        answers = list(workers.map(lambda n: service.receive(mail(f"r{n}", in_reply_to="<1@acme>"), JO), range(8)))
    followed = host.followed_by(case_id)
    assert sorted(answer.message.outcome for answer in answers) == [*["comment"] * 7, "follow_up"]
    assert set(host._cases) == {case_id, followed}


def test_a_conversation_is_held_until_its_messages_are_remembered() -> None:
    """From before anything is asked of the mailroom; and let go of, whatever happens."""
    said: list[str] = []

    class Listening(MemoryMailroom):
        """It says what it is asked."""

        @contextmanager
        def conversation(self, channel: Channel, message_ids: Sequence[str]) -> Iterator[None]:
            """See `csmcore.ports.Mailroom`."""
            with super().conversation(channel, message_ids):
                said.append(f"hold {channel} {' '.join(message_ids)}")
                try:
                    yield
                finally:
                    said.append("let go")

        def threads(self, channel: Channel, message_ids: Sequence[str]) -> Mapping[str, Sequence[CaseId]]:
            """See `csmcore.ports.Mailroom`."""
            said.append("ask")
            return super().threads(channel, message_ids)

        def remember(self, channel: Channel, message_ids: Sequence[str], case_id: CaseId) -> None:
            """See `csmcore.ports.Mailroom`."""
            said.append("remember")
            super().remember(channel, message_ids, case_id)

    host, _, _, _ = a_desk()
    service = CaseService(host, mailroom=Listening())
    service.receive(mail("2", in_reply_to="<1@acme>"), JO)
    with pytest.raises(Refused):
        service.receive(mail("3", is_automatic=True), JO)
    assert said == [
        *("hold email <1@acme> <2@acme>", "ask", "remember", "let go"),
        *("hold email <3@acme>", "ask", "let go"),
    ]


# --- many cases of one message ---------------------------------------------------------------------------------------


def test_a_letter_about_thousands_of_cases_leads_each_to_theirs() -> None:
    """However many come before: only those in which the sender has part are followed."""
    host, _, service, mailroom = a_desk()
    first = service.open(OpenCase(short_description="Press"), STRANGER).case
    for number in range(1_500):
        host._cases[CaseId(f"o{number}")] = attrs.evolve(first, id=CaseId(f"o{number}"))
        mailroom.sent("email", "<news@desk>", CaseId(f"o{number}"))
    mine = service.open(OpenCase(short_description="Press"), JO).case
    for case_id in ("unknown", mine.id):
        mailroom.sent("email", "<news@desk>", CaseId(case_id))
    assert service.receive(mail("2", in_reply_to="<news@desk>"), JO).message.case == mine.id
    keeper = Actor(kind="contact", id="kim", account=AccountId("hold"), roles=frozenset({"customer_admin"}))
    assert service.receive(mail("3", in_reply_to="<news@desk>"), keeper).message.case == mine.id
    sent = mail("4", in_reply_to="<news@desk>")
    assert len(message_facts(host, mailroom, sent, ANN, BRACKETS, host.now()).cases) == 100


def test_an_answer_to_a_case_that_was_merged_away_opens_one_case() -> None:
    """It went on in one of others; every later answer goes where the first one went."""
    _, _, service, _ = a_desk()
    opened = service.receive(mail("1"), JO).decision
    assert opened is not None
    jims = service.open(made(OpenCase, short_description="Press", contact="jim"), ANN).case
    service.apply(opened.case.id, MergeCase(into=jims.id), ANN)
    answers = [service.receive(mail(f"r{n}", in_reply_to="<1@acme>"), JO) for n in range(3)]
    assert [answer.message.outcome for answer in answers] == ["follow_up", "comment", "comment"]


@pytest.mark.parametrize("follows_up", [True, False])
def test_a_message_that_comes_again_is_told_to_whom_it_was_not(follows_up: bool) -> None:  # noqa: FBT001 - a case
    """Whoever kept it broke down before; a worker of its own does that where the service leaves it to one."""
    host, _, _, mailroom = a_desk()
    call = Message(channel="phone", message_id="call-1", text="Hm.", form=made(OpenCase, contact="jo", consumer=None))
    CaseService(host, mailroom=mailroom).receive(call, ANN)
    keys: list[str] = []

    class Post:
        """It says what it sends."""

        def send(self, key: str, case_id: CaseId, notification: Notification) -> None:
            """See `csmcore.ports.Messenger`."""
            keys.append(f"{key} {notification.kind}")
            assert key.startswith(case_id)

    service = CaseService(host, mailroom=mailroom, messenger=Post(), follows_up=follows_up)
    assert service.receive(call, ANN).message.outcome == "duplicate"
    assert keys == (["CS0000001/1/0 notify_customer"] if follows_up else [])


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
