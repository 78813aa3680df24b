"""What a service does once a decision is kept: it tells, and it carries out what was ordered."""

from datetime import timedelta
from typing import Any

import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.conditions import field
from csmcore.errors import DocumentError, InvalidValue, NotFound, StaleVersion
from csmcore.model import (
    AddComment,
    AddWorkNote,
    AssignToMe,
    AutoClose,
    CaseId,
    CasePolicy,
    CommandId,
    Decision,
    Notification,
    OpenCase,
    Order,
    Reaction,
    Refusal,
    Refused,
    SupportPolicy,
    UpdateCase,
)
from csmcore.rules import compile_policy
from csmcore.services import CaseService
from csmcore.wire import load_policy
from tests.unit.services.desk import ANN, BOOK, JO, POLICY, STRANGER, WANTED, at, check_whole, made, opened, walk

ESCALATES: Any = made(Reaction, id="up", on="clock_breached", definition="tier", assign_group="tier-2")
TELLS: Any = made(Reaction, id="tell", on="threshold_reached", definition="resolution", notify=("mia", "max"))


class Letters:
    """A messenger that keeps what it was given to send; it may be out of order."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[CaseId, Notification]] = {}
        self.is_down = False

    def send(self, key: str, case_id: CaseId, notification: Notification) -> None:
        """See `csmcore.ports.Messenger`."""
        if self.is_down:
            raise ConnectionError(key)
        self.sent[key] = (case_id, notification)


def a_desk(
    *reactions: Reaction, cases: CasePolicy | None = None, **more: Any
) -> tuple[MemoryHost, SettableClock, CaseService, Letters]:
    """A desk with a messenger, and a policy with these reactions."""
    fields: Any = {name: getattr(POLICY, name) for name in ("calendars", "definitions", "reopen_window_days")}
    policy = SupportPolicy(name="desk", version="2", reactions=reactions, cases=cases or CasePolicy(), **fields)
    clock, letters = SettableClock(at("12 10:00")), Letters()
    host = MemoryHost(policy, BOOK, clock=clock)
    return host, clock, CaseService(host, messenger=letters, **more), letters


# --- what is told ----------------------------------------------------------------------------------------------------


def test_what_a_decision_leaves_to_tell_is_sent() -> None:
    """Each under its own key, by the messenger that the service has."""
    _, _, service, letters = a_desk()
    case_id = opened(service)
    service.apply(case_id, AssignToMe(), ANN)
    service.apply(case_id, AddComment("On it."), ANN)
    assert {key: (sent[0], sent[1].kind, sent[1].to) for key, sent in letters.sent.items()} == {
        f"{case_id}/2/0": (case_id, "notify_customer", ("jo",)),
        f"{case_id}/3/0": (case_id, "notify_customer", ("jo",)),
    }


def test_a_messenger_that_failed_is_asked_again_with_the_command() -> None:
    """The command stands; sent again under its id it changes nothing, and tells."""
    host, _, service, letters = a_desk()
    case_id = opened(service)
    letters.is_down = True
    with pytest.raises(ConnectionError):
        service.apply(case_id, AssignToMe(), ANN, CommandId("take"))
    letters.is_down = False
    again = service.apply(case_id, AssignToMe(), ANN, CommandId("take"))
    assert (again.case.version, list(letters.sent)) == (2, [f"{case_id}/2/0"])
    check_whole(host)


def test_a_worker_may_do_it_instead() -> None:
    """From the log, as often as it likes."""
    _, _, service, letters = a_desk(follows_up=False)
    case_id = opened(service)
    service.apply(case_id, AssignToMe(), ANN)
    assert letters.sent == {}
    service.follow_up(case_id, 2)
    service.follow_up(case_id, 2)
    assert list(letters.sent) == [f"{case_id}/2/0"]
    with pytest.raises(NotFound):
        service.follow_up(case_id, 3)


# --- what is ordered -------------------------------------------------------------------------------------------------


def test_a_breach_gives_the_case_to_a_group() -> None:
    """By the command that people use, in the system's name; once, and the log says what asked for it."""
    host, clock, service, _ = a_desk(ESCALATES)
    case_id = opened(service)
    clock.set(at("14 10:00"))
    ticked = service.tick(case_id)
    assert ticked is not None
    (order,) = ticked.orders
    assert order.command_id == f"order:{case_id}/2/up/tier-1-breach/assign_case"
    case = host.case(case_id)
    assert case is not None
    assert (case.version, case.assignment_group) == (3, "tier-2")
    assert host.entries(case_id)[-1].events[0].by.kind == "system"
    service.follow_up(case_id, 2)
    assert service.tick(case_id) is None
    assert host.case(case_id) == case
    check_whole(host)


def test_a_command_hears_of_breaches_that_nobody_ticked_for() -> None:
    """And a case that is where it should be is not moved again."""
    host, clock, service, _ = a_desk(ESCALATES)
    first, second = opened(service), service.open(WANTED, JO).case.id
    clock.set(at("14 10:00"))
    service.apply(first, AddWorkNote("Late."), ANN)
    assert [entry.events[0].kind for entry in host.entries(first)] == [
        "case_opened",
        "work_note_added",
        "case_assigned",
    ]
    service.apply(second, UpdateCase({"category": "x"}), ANN)
    case = host.case(second)
    assert case is not None
    assert case.assignment_group == "tier-2"


def test_a_threshold_tells_users() -> None:
    """All that the rule names."""
    _, clock, service, letters = a_desk(TELLS)
    case_id = opened(service)
    clock.set(at("13 11:00"))
    service.tick(case_id)
    ((_, told),) = letters.sent.values()
    assert (told.kind, told.to, told.about) == ("notify_users", ("mia", "max"), "threshold_reached")


@pytest.mark.parametrize(
    "reaction",
    [
        made(
            Reaction,
            id="r",
            on="threshold_reached",
            definition="resolution",
            threshold="50%",
            when=field("priority") == 1,
            notify=("x",),
        ),
        made(Reaction, id="r", on="threshold_reached", definition="tier", notify=("x",)),
        made(Reaction, id="r", on="threshold_reached", notify=("x",), when=field("priority") == 1),
    ],
)
def test_a_reaction_hears_only_what_it_is_for(reaction: Reaction) -> None:
    """Its definition, its threshold, its cases."""
    _, clock, service, letters = a_desk(reaction)
    case_id = opened(service)
    clock.set(at("13 11:00"))
    assert service.tick(case_id) is not None
    assert letters.sent == {}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"notify": ()}, "escalate"),
        ({"on": "clock_breached", "threshold": "50%", "notify": ("x",)}, "threshold"),
        ({"on": "clock_paused", "notify": ("x",)}, "on"),
    ],
)
def test_a_reaction_that_makes_no_sense_is_refused(fields: dict[str, Any], place: str) -> None:
    """With the field that is wrong."""
    with pytest.raises(InvalidValue) as caught:
        Reaction(**{"id": "r", "on": "threshold_reached", **fields})
    assert caught.value.path == place


@pytest.mark.parametrize(
    ("reactions", "place"),
    [
        ((TELLS, TELLS), r"\$\.reactions\[1\]\.id"),
        ((made(Reaction, id="r", on="clock_breached", definition="x", notify=("x",)),), r"reactions\[0\]\.definition"),
    ],
)
def test_reactions_are_the_policys(reactions: tuple[Reaction, ...], place: str) -> None:
    """Each has a name of its own, and hears promises that there are."""
    with pytest.raises(InvalidValue, match=place):
        a_desk(*reactions)


def test_an_order_that_cannot_be_carried_out_is_no_failure() -> None:
    """It is refused, or there is nothing that it is about; what asked for it stands."""
    host, _, service, _ = a_desk()
    case_id = opened(service)
    entry = host.entries(case_id)[0]
    lost = Order.of(AddComment("Hello?"), CaseId("nowhere"), "lost")
    wrong = Order.of(AssignToMe(), case_id, "wrong")
    unnamed = Order.of(AddComment("Hello?"), None, "unnamed")
    new = Order.of(OpenCase(short_description="The sequel", account=made(str, object="acme")), None, "x" * 300)  # type: ignore[arg-type]
    host._entries[case_id][0] = type(entry)(
        **{name: getattr(entry, name) for name in ("case", "version", "receipt", "revision", "events")},
        orders=(lost, wrong, unnamed, new, new),
    )
    service.follow_up(case_id, 1)
    assert len(host._cases) == 2
    assert len(new.command_id) <= 200


@pytest.mark.parametrize("command_id", ["order:x", "tick:x", "message:x"])
def test_the_systems_ids_are_its_own(command_id: str) -> None:
    """Nobody else's command takes the place of an order."""
    _, _, service, _ = a_desk()
    with pytest.raises(InvalidValue, match="one of the system's own"):
        service.open(WANTED, JO, CommandId(command_id))


# --- many, and by itself ---------------------------------------------------------------------------------------------


def test_many_cases_are_opened_each_by_itself() -> None:
    """One that is refused stops none of the others, and a batch that is sent again opens nothing twice."""
    host, _, service, _ = a_desk()
    batch: Any = [(WANTED, CommandId("a")), (OpenCase(), CommandId("b")), (WANTED, CommandId("c"))]
    answers = list(service.open_all(batch, JO))
    assert [type(answer) for answer in answers] == [Decision, Refusal, Decision]
    assert list(service.open_all(batch, JO)) == answers
    assert len(host._cases) == 2


def test_a_resolved_case_times_out() -> None:
    """The reading says when to tick it; it is reminded of, then closed, and then nothing more happens."""
    host, clock, service, letters = a_desk(cases=CasePolicy(auto_close=AutoClose()))
    case_id = opened(service)
    walk(service, clock, case_id, "resolved")
    resolved_at = clock.now()
    letters.sent.clear()
    assert service.read(case_id).next_at == resolved_at + timedelta(days=5)
    clock.advance(timedelta(days=4))
    assert service.tick(case_id) is None
    clock.advance(timedelta(days=1))
    reminded = service.tick(case_id)
    assert reminded is not None
    assert [event.kind for event in reminded.events] == ["reminder_sent"]
    assert service.tick(case_id) is None
    assert service.read(case_id).next_at == resolved_at + timedelta(days=10)
    clock.advance(timedelta(days=5))
    closed = service.tick(case_id)
    assert closed is not None
    assert (closed.case.state, service.tick(case_id), service.read(case_id).next_at) == ("closed", None, None)
    kinds = [sent.kind for _, sent in letters.sent.values()]
    assert kinds == ["notify_customer", "notify_assignee", "notify_customer", "notify_assignee", "send_survey"]
    check_whole(host)


def test_a_reaction_is_about_what_revisions_have() -> None:
    """A condition that could never hold is refused, with its place, in a document as in Python."""
    wrong = made(Reaction, id="r", on="clock_breached", notify=("x",), when=field("stat") == "new")
    with pytest.raises(InvalidValue, match=r"\$\.reactions\[0\]\.when"):
        compile_policy(SupportPolicy(name="p", version="1", reactions=(wrong,)))
    document = 'format = 1\nname = "p"\nversion = "1"\n[[reactions]]\nid = "r"\non = "clock_breached"\nnotify = ["x"]\n'
    with pytest.raises(DocumentError, match=r"\$\.reactions\[0\]\.when"):
        load_policy(document + 'when = { field = "stat", op = "eq", value = "new" }')


def test_a_stranger_learns_no_version() -> None:
    """Whichever they expect: they have no part in the case."""
    _, _, service, _ = a_desk()
    case_id = opened(service)
    for version in (1, 7):
        with pytest.raises(Refused, match="no part"):
            service.apply(case_id, AddComment("Let me in."), STRANGER, expected_version=version)
    with pytest.raises(StaleVersion):
        service.apply(case_id, AddComment("Hello?"), JO, expected_version=7)
