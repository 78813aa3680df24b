"""Every command is idempotent under a command id: sent twice, it is done once, and answered alike."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.model import COMMANDS, CaseId, CommandId, Decision, OpenCase, Refused
from csmcore.services import CaseService
from tests.property.casework_desk import (
    ACTORS,
    NOUNS,
    PEOPLE,
    PLAIN_TEMPLATES,
    POLICIES,
    START,
    entitlement,
    policy_of,
)
from tests.property.casework_life import Letters
from tests.tally import Tally
from tests.unit.services.desk import check_whole, made, snapshot

Said = tuple[str, str, Mapping[str, Any]]


class Scene(NamedTuple):
    """Whose case, what was done to it, how long ago, and then the command: by whom, and with what."""

    by: str
    content: Mapping[str, Any] = {}
    before: tuple[Said, ...] = ()
    opened: Mapping[str, Any] = {"account": "acme", "contact": "eve"}
    days: int = 0


MAJOR: Mapping[str, Any] = {"major_case_state": "accepted"}
TAKEN: Said = ("ann", "assign_to_me", {})
SOLVED: Said = ("ann", "propose_solution", {"code": "fixed", "notes": "Turned it on."})
TASK: Said = ("ann", "add_task", {"subject": "Order a fuse", "assigned_to": "tom", "blocks_case": True})
LINKED: Said = ("ann", "link_record", {"kind": "incident", "record": "INC1"})
ASKED: Said = ("bob", "request_escalation", {"template": "up", "reason": "inactivity", "justification": "why"})
APPROVED: Said = ("abe", "approve_escalation", {})
PROPOSED: Said = ("ann", "propose_major_case", {"business_impact": "all", "note": "the third"})
CHILD: Said = ("ann", "update_case", {"changes": {"parent": "CS0000001"}})
NUMBER = "CSTASK-CS0000002-1"

SCENES: Mapping[str, Scene] = {
    "open_case": Scene("eve"),
    "assign_to_me": Scene("ann"),
    "accept_case": Scene("ann", before=(("mia", "assign_case", {"user": "ann"}),)),
    "assign_case": Scene("ann", {"group": "floor"}),
    "request_info": Scene("ann", {"comment": "Which one?"}, (TAKEN,)),
    "resume_work": Scene("ann", {}, (TAKEN, ("ann", "request_info", {"comment": "Which one?"}))),
    "add_comment": Scene("eve", {"text": "Any news?"}),
    "add_work_note": Scene("ann", {"text": "Oil."}, (CHILD,)),
    "update_case": Scene("ann", {"changes": {"impact": 1, "urgency": 1}}),
    "override_priority": Scene("ann", {"priority": 1, "reason": "the plant"}),
    "propose_solution": Scene("ann", {"code": "fixed", "notes": "Turned it on.", "share": True}, (TAKEN,)),
    "accept_solution": Scene("eve", {}, (TAKEN, SOLVED)),
    "reject_solution": Scene("eve", {"reason": "No."}, (TAKEN, SOLVED)),
    "close_case": Scene("eve", {}, (TASK, ASKED)),
    "auto_close_case": Scene("system", {}, (TAKEN, SOLVED), days=10),
    "cancel_case": Scene("ann", {"reason": "spam"}, (TASK,)),
    "reopen_case": Scene("eve", {"comment": "Again."}, (("eve", "close_case", {}),), days=1),
    "remind_customer": Scene("system", {}, (TAKEN, SOLVED), days=5),
    "answer_survey": Scene("eve", {"score": 5}, (("eve", "close_case", {}),)),
    "add_blocker": Scene("ann", {"reason": "other", "text": "parts"}),
    "resolve_blocker": Scene("ann", {"blocker": NUMBER}, (TASK,)),
    "add_task": Scene("ann", {"subject": "Order a fuse", "assigned_to": "tom"}),
    "update_task": Scene("tom", {"task": NUMBER, "changes": {"priority": 1}}, (TASK,)),
    "close_task": Scene("tom", {"task": NUMBER, "notes": "done"}, (TASK,)),
    "cancel_task": Scene("ann", {"task": NUMBER, "reason": "found one"}, (TASK,)),
    "log_time": Scene("tom", {"seconds": 600, "task": NUMBER}, (TASK,)),
    "link_record": Scene("monitor", {"kind": "problem", "record": "PRB1"}),
    "unlink_record": Scene("ann", {"record": "incident:INC1", "reason": "not it"}, (LINKED,)),
    "hear_of_record": Scene("monitor", {"record": "incident:INC1", "change": "closed"}, (LINKED,)),
    "request_escalation": Scene("eve", {"reason": "inactivity", "justification": "why"}),
    "approve_escalation": Scene("abe", {}, (ASKED,)),
    "decline_escalation": Scene("abe", {"reason": "no"}, (ASKED,)),
    "deescalate": Scene("dora", {"justification": "it runs"}, (ASKED, APPROVED)),
    "update_escalation": Scene("ann", {"severity": "high"}, (ASKED,)),
    "propose_major_case": Scene("ann", {"business_impact": "all", "note": "the third"}),
    "accept_major_case": Scene("max", {}, (PROPOSED,)),
    "reject_major_case": Scene("mia", {"reason": "only here"}, (PROPOSED,)),
    "add_children": Scene("ann", {"accounts": ("acme", "cord"), "comment": "We know."}, opened=MAJOR),
    "follow_parent": Scene("system", {"parent": "CS0000001", "priority": 1}, (CHILD,)),
    "hear_of_child": Scene("system", {"child": "CS0000009"}, opened=MAJOR),
    "merge_case": Scene("ann", {"into": "CS0000003"}, (TASK,)),
}
"""For each command a case to which it can be done: CS0000002, between a major case and another of Acme's."""


class Desk:
    """A desk with three cases, and the letters that it sent."""

    def __init__(self, scene: Scene) -> None:
        self.clock, self.letters = SettableClock(START), Letters()
        plain = {**POLICIES[0], "templates": PLAIN_TEMPLATES}
        self.host = MemoryHost(policy_of(plain), clock=self.clock)
        self.host.add(*NOUNS, entitlement("creation"))
        self.service = CaseService(self.host, messenger=self.letters)
        for opened, name in ((MAJOR, "mia"), (scene.opened, "mia"), ({"account": "acme", "contact": "eve"}, "eve")):
            self.service.open(made(OpenCase, short_description="It stands", **opened), ACTORS[name])
        for name, action, content in scene.before:
            self.clock.advance(timedelta(minutes=1))
            self.send(name, COMMANDS[action](**content))  # type: ignore[index]
        self.clock.advance(timedelta(days=scene.days))

    def send(self, name: str, command: Any, identity: str | None = None) -> Decision:
        """A command to the second case, or one that opens another."""
        named = None if identity is None else CommandId(identity)
        if isinstance(command, OpenCase):
            return self.service.open(command, ACTORS[name], named)
        return self.service.apply(CaseId("CS0000002"), command, ACTORS[name], named)

    def kept(self) -> Any:
        """All that is kept and sent."""
        return snapshot(self.host), dict(self.letters.sent)


def whole(action: str) -> tuple[Desk, str, Any]:
    """A desk, and a command that it takes, with who sends it."""
    scene = SCENES[action]
    content = {"short_description": "No tone", "contact": "eve"} if action == "open_case" else scene.content
    return Desk(scene), scene.by, COMMANDS[action](**content)  # type: ignore[index]


def test_there_is_a_scene_for_every_command() -> None:
    """None is left out."""
    assert set(SCENES) == set(COMMANDS)


@pytest.mark.parametrize("action", COMMANDS)
def test_a_command_that_is_sent_twice_is_done_once(action: str, tally: Tally) -> None:
    """It gets the answer that it got, at whatever time it comes again, and nothing is done or told anew."""
    desk, name, command = whole(action)
    before = desk.kept()
    first = desk.send(name, command, "once")
    after = desk.kept()
    assert after != before
    for wait in (timedelta(0), timedelta(days=40)):
        desk.clock.advance(wait)
        assert desk.send(name, command, "once") == first
        assert desk.kept() == after
    desk.service.follow_up(first.case.id, first.case.version)
    assert desk.kept() == after
    check_whole(desk.host)
    tally("commands sent twice", 1)


@pytest.mark.parametrize("action", COMMANDS)
def test_an_id_that_was_used_is_for_nothing_else(action: str) -> None:
    """Another command under it, the same by somebody else, or about another case, is refused; nothing changes."""
    desk, name, command = whole(action)
    desk.send(name, command, "once")
    after = desk.kept()
    another: Any = COMMANDS["add_comment"](text="This is another one.")  # type: ignore[call-arg]
    somebody = next(one for one in PEOPLE if one != name)
    tries = [(name, another), (somebody, command), (somebody, another)]
    for by, said in tries:
        with pytest.raises(Refused) as caught:
            desk.send(by, said, "once")
        assert caught.value.refusal.codes == ("command_id_reused",)
        assert desk.kept() == after
    if action != "open_case":
        with pytest.raises(Refused) as caught:
            desk.service.apply(CaseId("CS0000001"), command, ACTORS[name], CommandId("once"))
        assert caught.value.refusal.codes == ("command_id_reused",)
        assert desk.kept() == after


@pytest.mark.parametrize("action", COMMANDS)
def test_a_refused_command_does_not_use_its_id_up(action: str) -> None:
    """Sent too early, or by a stranger, it is refused and nothing is sent; then it is accepted under the same id."""
    desk, name, command = whole(action)
    before = desk.kept()
    if action != "open_case":
        desk.clock.advance(timedelta(days=-30))
        with pytest.raises(Refused):
            desk.send(name, command, "once")
        desk.clock.advance(timedelta(days=30))
        with pytest.raises(Refused):
            desk.send("rob", command, "once")
    else:
        with pytest.raises(Refused):
            desk.send("rob", command, "once")
    assert desk.kept() == before
    assert desk.send(name, command, "once").case.version >= 1
