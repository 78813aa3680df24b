"""The transition table against one that was written by hand: every state, action, kind of actor and condition."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import combinations, product
from typing import Any, NamedTuple

import attrs
import pytest

from csmcore.model import (
    ACTIONS,
    CASE_STATES,
    COMMANDS,
    Actor,
    AutoClose,
    Blocker,
    Case,
    CaseFacts,
    CasePolicy,
    CaseTask,
    Escalation,
    EscalationPolicy,
    EscalationTemplate,
    OpenCase,
    Refusal,
    RelatedRecord,
    Satisfaction,
    SupportPolicy,
    revised,
)
from csmcore.rules.cases.actions import actions_for
from csmcore.rules.cases.guards import GUARDS
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.cases.transitions import OPENING, PARTIES, ROWS, TABLE
from csmcore.rules.clocks.plan import Plan, compile_policy
from csmcore.rules.intake.intake import follow_up
from tests.oracle import lifecycle_table as oracle
from tests.tally import Tally
from tests.unit.lifecycle.cast import BUSINESS, CONTENT, LED, PRIVATE, START, Scene, case_in, made, planned

SCENES = {"business": BUSINESS, "private": PRIVATE, "led": LED}
DAYS = 3
DAY = timedelta(days=1)

# --- what a case is like beyond its state ----------------------------------------------------------------------------


class Side(NamedTuple):
    """One thing that may be true of a case: fields of the case, of the policies, how long ago it was changed."""

    guards: Mapping[str, bool]
    case: Mapping[str, Any] = {}
    policy: Mapping[str, Any] = {}
    cases: Mapping[str, Any] = {}
    wait: timedelta = timedelta(0)


def at(hours: float) -> dict[str, Any]:
    """A case that closes by itself, and counts from so many hours before its last change."""
    return {"auto_close": True, "auto_close_from": START + timedelta(hours=2 - hours)}


CLOSES = {"auto_close": AutoClose(after_days=10, reminders=(5,))}
WAITS = {"blockers": {"parts": Blocker(reason="other", text="parts", since=START, by="ann")}}
ASKED = {"survey_requested": True}
ANSWER = {"satisfaction": Satisfaction(score=4, by="eve", at=START)}
WINDOWS = (
    Side({"window": False}),
    Side({"window": True}, policy={"reopen_window_days": DAYS}, wait=DAY),
    Side({"window": True}, policy={"reopen_window_days": DAYS}, wait=DAYS * DAY),
    Side({"window": False}, policy={"reopen_window_days": DAYS}, wait=DAYS * DAY + timedelta(microseconds=1)),
)
TIMES = (
    Side({"flag": False, "remind": False}),
    Side({"flag": True, "remind": False}, at(0)),
    Side({"flag": False, "remind": False}, {"auto_close_from": START}, cases=CLOSES, wait=10 * DAY),
    Side({"flag": False, "remind": False}, at(0), cases=CLOSES, wait=5 * DAY - timedelta(microseconds=1)),
    Side({"flag": False, "remind": True}, at(0), cases=CLOSES, wait=5 * DAY),
    Side({"flag": False, "remind": False}, {**at(0), "auto_close_reminders": 1}, cases=CLOSES, wait=9 * DAY),
    Side({"flag": True, "remind": True}, at(0), cases=CLOSES, wait=10 * DAY),
)
SURVEYS = (
    Side({"survey": False}, {"survey_requested": False}),
    Side({"survey": True}, ASKED),
    Side({"survey": False}, {**ASKED, **ANSWER}),
)
WAITING = (
    Side({"free": True}, cases={"on_open_blockers": "forbid"}),
    Side({"free": True}, WAITS),
    Side({"free": True}, WAITS, cases={"on_open_blockers": "warn"}),
    Side({"free": False}, WAITS, cases={"on_open_blockers": "forbid"}),
)
MAJOR = tuple(
    Side({"proposed": state == "proposed", "major": state == "accepted"}, {"major_case_state": state})
    for state in (None, "proposed", "accepted", "rejected")
)
EACH = (WINDOWS, TIMES, SURVEYS, WAITING, MAJOR)
UP = EscalationPolicy(templates={"up": made(EscalationTemplate, approval_group="board")}, customer_template="up")


class World(NamedTuple):
    """All five together."""

    fields: Mapping[str, Any]
    policy: SupportPolicy
    plan: Plan
    wait: timedelta
    guards: oracle.Guards


def world(*sides: Side) -> World:
    """What these come to; waiting for a reminder closes the window, which then says so."""
    fields = {name: value for side in sides for name, value in side.case.items()}
    given = {name: value for side in sides for name, value in side.policy.items()}
    cases = CasePolicy(**{name: value for side in sides for name, value in side.cases.items()})
    rules = SupportPolicy(name="test", version="1", cases=cases, escalation=UP, **given)
    guards = {name: value for side in sides for name, value in side.guards.items()}
    return World(
        fields, rules, compile_policy(rules), sum((side.wait for side in sides), timedelta(0)), oracle.Guards(**guards)
    )


def worlds() -> Iterator[World]:
    """Each condition in turn, while the others are as in an ordinary case; then all that go together."""
    plain = [sides[0] for sides in EACH]
    yield world(*plain)
    for place, sides in enumerate(EACH):
        for side in sides[1:]:
            yield world(*plain[:place], side, *plain[place + 1 :])


def pairs() -> Iterator[World]:
    """Every two conditions together, but that only one of window and count takes its time."""
    plain = [sides[0] for sides in EACH]
    for (one, ones), (other, others) in combinations(enumerate(EACH), 2):
        for here, there in product(ones[1:], others[1:]):
            if not (here.wait and there.wait):
                yield world(
                    *((here if place == one else there if place == other else side) for place, side in enumerate(plain))
                )


PLAIN = world(*(sides[0] for sides in EACH))

# --- every cell ------------------------------------------------------------------------------------------------------


class Try(NamedTuple):
    """One command of one actor to one case."""

    scene: Scene
    case: Case
    action: str
    content: Mapping[str, Any]
    actor: Actor
    letters: str
    world: World


TARGET = {scene.case.id: revised(scene.case, {"id": "case-7", "number": "CS7"}) for scene in SCENES.values()}
ABOUT: Mapping[str, Any] = {
    "blockers": {"asked": Blocker(reason="customer_information", since=START, by="ann")},
    "tasks": {
        "T1": made(CaseTask, number="T1", subject="x", assignment_group="floor", opened_at=START, opened_by="ann")
    },
    "records": {"incident:INC1": made(RelatedRecord, kind="incident", record="INC1", linked_at=START, linked_by="ann")},
}
ESCALATED: Mapping[str, Mapping[str, Any]] = {
    "requested": {},
    "escalated": {"approved_by": "abe", "approved_at": START},
    "declined": {"declined_by": "abe", "declined_at": START, "declined_reason": "no"},
    "closed": {
        "approved_by": "abe",
        "approved_at": START,
        "closed_by": "dora",
        "closed_at": START,
        "closed_justification": "it runs",
    },
}


def escalation(case: Case, state: str) -> Escalation | None:
    """The case's escalation in that state."""
    if state == "none":
        return None
    given: dict[str, Any] = {"case": case.id, "state": state, "template": "up", "reason": "inactivity"}
    given |= {"justification": "why", "requested_by": "bob", "requested_at": START, "updated_at": START}
    return made(Escalation, id="case-1/2/e0", **given, **ESCALATED[state])


def content_of(action: str, letters: str) -> Mapping[str, Any]:
    """A whole command: customers leave the template to the policy, and the system has its own part in a merge."""
    if action == "request_escalation" and "C" in letters:
        return {"reason": "inactivity", "justification": "nobody looks"}
    if action == "merge_case" and "S" in letters:
        return {"duplicate": "case-8"}
    return CONTENT.get(action, {})


def contents(action: str, letters: str) -> Iterator[Mapping[str, Any]]:
    """A whole command, and one without each of the fields that anybody must give, or with nothing but spaces in it."""
    whole = content_of(action, letters)
    asked = {
        name
        for (named, _), needs in oracle.NEEDED.items()
        if named == action
        for need in needs
        for name in need.split("/")
    }
    yield whole
    for name, value in whole.items():
        if name in asked:
            yield {key: kept for key, kept in whole.items() if key != name}
            if isinstance(value, str) and is_text(action, name):
                yield {**whole, name: " \n"}
    if len(asked & whole.keys()) > 1:
        yield {key: kept for key, kept in whole.items() if key not in asked}


def is_text(action: str, name: str) -> bool:
    """Whether the field takes any text, and not only names of things."""
    return attrs.fields_dict(COMMANDS[action])[name].type is str and action != "assign_case"  # type: ignore[index]


def about(case: Case, action: str, *, asks_for: str = "") -> Case:
    """The case with whatever the command is about: a task, a record, a question, a parent."""
    fields: dict[str, Any] = {name: {**getattr(case, name), **theirs} for name, theirs in ABOUT.items()}
    if action == "follow_parent":
        fields["parent"] = "case-0"
    return revised(case, {**fields, "escalation": escalation(case, asks_for or FITS.get(action, "none"))})


FITS = {
    **dict.fromkeys(("approve_escalation", "decline_escalation", "update_escalation"), "requested"),
    "deescalate": "escalated",
}
"""The state of the escalation that an action is about."""


def tries(scene: Scene) -> Iterator[Try]:
    """Every cell of the table with every content: by every actor to an ordinary case, else by one for each letters."""
    for one, state in product(worlds(), CASE_STATES):
        case = case_in(state, scene, **one.fields)
        actors = scene.actors.values() if one.policy == PLAIN.policy and one.fields == PLAIN.fields else players(scene)
        for action in oracle.ACTIONS:
            whole = about(case, action)
            for actor, letters in actors:
                for content in contents(action, letters):
                    yield Try(scene, whole, action, content, actor, letters, one)


def players(scene: Scene) -> list[tuple[Actor, str]]:
    """One actor for each set of letters."""
    return list({letters: (actor, letters) for actor, letters in scene.actors.values()}.values())


def facts_of(scene: Scene) -> CaseFacts:
    """Everybody is of the task's group; the approvers, the children's account and the other case are known."""
    more: dict[str, Any] = {"actor_groups": ("floor",), "approvers": ("abe", "amy")}
    more |= {"recipients": (BUSINESS.facts.account,), "merge_target": TARGET[scene.case.id]}
    return attrs.evolve(scene.facts, **more)


FACTS = {id(scene): facts_of(scene) for scene in SCENES.values()}


def answer(one: Try) -> Step | OpenCase | Refusal:
    """What csmcore says."""
    now, facts = one.case.updated_at + one.world.wait, FACTS[id(one.scene)]
    if one.action == "follow_up":
        return follow_up(one.case, one.actor, facts, one.world.policy, now)
    command: Any = COMMANDS[one.action](**one.content)  # type: ignore[index]
    return step(one.case, command, one.actor, facts, planned(one.world.policy), now)


def got(one: Try) -> oracle.Outcome | None:
    """What csmcore says, as the oracle puts it."""
    said = answer(one)
    if isinstance(said, Refusal):
        assert said.reasons
        return None
    if isinstance(said, OpenCase):
        return oracle.Outcome(one.case.state, oracle.SIDES[one.letters[0]])
    return oracle.Outcome(said.changes.get("state", one.case.state), said.by)


def held(content: Mapping[str, Any]) -> list[str]:
    """The fields that say something."""
    return [name for name, value in content.items() if not isinstance(value, str) or value.strip()]


def wanted(one: Try) -> oracle.Outcome | None:
    """What the hand-written tables say."""
    escalation = "none" if one.case.escalation is None else one.case.escalation.state
    if not oracle.may_escalate(escalation, one.action, one.letters) or not can_be(one.case, one.action):
        return None
    return oracle.outcome(one.case.state, one.action, one.letters, one.world.guards, held(one.content))


def can_be(case: Case, action: str) -> bool:
    """Whether the case has what the action is about; a major case is not proposed again, nor is a child."""
    if action == "propose_major_case":
        return case.major_case_state not in {"proposed", "accepted"} and case.parent is None
    return action not in oracle.ABOUT or bool(getattr(case, oracle.ABOUT[action]))


@pytest.mark.parametrize("name", SCENES)
def test_every_cell_is_as_written_by_hand(name: str, tally: Tally) -> None:
    """Each command is accepted, leads where it leads and counts for the side it counts for as the other table says."""
    count, differing = 0, []
    for one in tries(SCENES[name]):
        count += 1
        if got(one) != wanted(one):
            differing.append(one)
    tally("lifecycle: commands compared with the table by hand", count, mismatches=len(differing))
    shown = [
        (one.case.state, one.action, one.actor.id, one.content, one.world.guards, got(one), wanted(one))
        for one in differing[:3]
    ]
    assert shown == []


@pytest.mark.parametrize("state", CASE_STATES)
def test_what_may_be_done_is_what_is_accepted(state: Any, tally: Tally) -> None:
    """`actions_for` allows an action exactly where the table by hand does, and says what its command must hold."""
    count = 0
    bare = [(one, scene, case_in(state, scene, **one.fields)) for one, scene in product(worlds(), SCENES.values())]
    each_pair = product(pairs(), SCENES.values())
    full = [(one, scene, about(case_in(state, scene, **one.fields), "follow_parent")) for one, scene in each_pair]
    for one, scene, case in (*bare, *full):
        facts = FACTS[id(scene)]
        for actor, letters in players(scene):
            found = actions_for(case, actor, facts, one.plan, case.updated_at + one.wait)
            for each in found:
                count += 1
                can = oracle.may_escalate("none", each.action, letters) and can_be(case, each.action)
                may = can and oracle.may(state, each.action, letters, one.guards)
                assert each.is_allowed == may, (each, letters, one.guards)
                assert each.is_allowed == (not each.reasons)
                if each.is_allowed:
                    key = each.action, oracle.acting(state, each.action, letters) or ""
                    needed = (*oracle.NEEDED.get(key, ()), *oracle.ESCALATION_NEEDED.get(key, ()))
                    assert each.required == tuple(need.replace("/", " or ") for need in needed)
            assert [each.action for each in found] == [action for action in ACTIONS if action != "open_case"]
    tally("lifecycle: verdicts compared with the table by hand", count)


def test_an_escalation_says_who_may_do_what_with_it(tally: Tally) -> None:
    """Whatever its state: both tables must allow it."""
    count = 0
    for (state, action), scene, of_case in product(oracle.ESCALATIONS, (BUSINESS, LED), CASE_STATES):
        for actor, letters in scene.actors.values():
            case = about(case_in(of_case, scene), action, asks_for=state)
            content = content_of(action, letters)
            one = Try(scene, case, action, content, actor, letters, PLAIN)
            assert got(one) == wanted(one), (of_case, state, action, letters)
            shown = actions_for(case, actor, FACTS[id(scene)], PLAIN.plan, case.updated_at)
            assert [each.is_allowed for each in shown if each.action == action] == [wanted(one) is not None]
            count += 1
    tally("lifecycle: escalations compared with the table by hand", count)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_refusal_gives_every_reason(scene: Scene) -> None:
    """State, permission, condition and each missing field are told together; a stranger is told nothing of the case."""
    for one in tries(scene):
        if oracle.outcome(one.case.state, one.action, one.letters, one.world.guards, held(one.content)) is not None:
            continue
        said = answer(one)
        assert isinstance(said, Refusal)
        if not one.letters:
            assert said.codes == ("not_involved",)
            continue
        letter = oracle.acting(one.case.state, one.action, one.letters)
        elsewhere = any(oracle.acting(state, one.action, one.letters) for state in oracle.STATES)
        cell_is_empty = not oracle.TABLE[one.case.state, one.action]
        codes = set(said.codes)
        assert ("wrong_state" in codes) == (letter is None and (elsewhere or cell_is_empty))
        assert ("not_permitted" in codes) == (not elsewhere)
        is_unmet = letter is not None and not oracle.may(one.case.state, one.action, one.letters, one.world.guards)
        assert bool(codes & UNMET) == is_unmet
        if letter is not None:
            needed = oracle.NEEDED.get((one.action, letter), ())
            lacking = [need for need in needed if set(need.split("/")).isdisjoint(held(one.content))]
            told = ["/".join(reason.fields) for reason in said.reasons if reason.code == "missing"]
            assert told == lacking


UNMET = {
    *("reopen_window_over", "reopen_instead", "auto_close_off", "not_due", "no_survey", "survey_answered"),
    *("still_blocked", "no_major_case", "not_proposed"),
}


def test_every_state_has_an_entry_for_every_action(tally: Tally) -> None:
    """No cell is left out: an empty one says so."""
    tally("lifecycle: cells of the table", sum(map(len, TABLE.values())), planned=len(oracle.TABLE))
    assert tuple(TABLE) == CASE_STATES == oracle.STATES
    for cells in TABLE.values():
        assert tuple(cells) == tuple(action for action in ACTIONS if action != "open_case") == oracle.ACTIONS


def test_every_requirement_is_a_field_of_its_command() -> None:
    """A row asks for nothing that its command cannot hold."""
    rows = {("open_case", OPENING), *((action, row) for (_, action), cell in ROWS.items() for row in cell.values())}
    for action, row in rows:
        fields = attrs.fields_dict(COMMANDS[action]) if action in COMMANDS else {}
        assert all(name in fields for need in row.requires for name in need.split(" or "))


def test_no_party_has_two_rows_in_a_cell() -> None:
    """Looking a row up by its party loses none."""
    for (state, action), rows in ROWS.items():
        parties = [party for row in TABLE[state][action] for party in row.by]
        assert sorted(parties) == sorted(rows)
        assert set(parties) <= set(PARTIES)


def test_every_condition_is_asked_for() -> None:
    """No guard is dead."""
    assert {row.only_if for rows in ROWS.values() for row in rows.values()} == {None, *GUARDS}


def test_every_row_leads_out_of_its_state_or_nowhere() -> None:
    """A row that names a state changes it."""
    assert all(row.to != state for (state, _), rows in ROWS.items() for row in rows.values())


def test_every_command_is_named_after_its_class() -> None:
    """The action is the class's name in small letters, so that a reader finds one by the other."""
    assert {kind.__name__.lower(): kind for kind in COMMANDS.values()} == {
        action.replace("_", ""): kind for action, kind in COMMANDS.items()
    }
