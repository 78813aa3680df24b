"""The transition table against one that was written by hand: every state, action, kind of actor and condition."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

import attrs
import pytest

from csmcore.model import ACTIONS, CASE_STATES, COMMANDS, Actor, Case, OpenCase, Refusal, SupportPolicy
from csmcore.rules.cases.actions import actions_for
from csmcore.rules.cases.guards import GUARDS
from csmcore.rules.cases.intake import follow_up
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.cases.transitions import OPENING, PARTIES, ROWS, TABLE
from csmcore.rules.clocks.plan import compile_policy
from tests.oracle import lifecycle_table as oracle
from tests.tally import Tally
from tests.unit.lifecycle.cast import BUSINESS, CONTENT, PRIVATE, Scene, case_in, policy

SCENES = {"business": BUSINESS, "private": PRIVATE}
DAYS = 3
WINDOWS = {
    "closed is final": (0, timedelta(0), False),
    "inside the window": (DAYS, timedelta(days=1), True),
    "on its last instant": (DAYS, timedelta(days=DAYS), True),
    "just after it": (DAYS, timedelta(days=DAYS, microseconds=1), False),
}
POLICIES = {days: policy(days) for days in (0, DAYS)}
PLANS = {days: compile_policy(each) for days, each in POLICIES.items()}


class Try(NamedTuple):
    """One command of one actor to one case."""

    scene: Scene
    case: Case
    action: str
    content: Mapping[str, Any]
    actor: Actor
    letters: str
    guards: oracle.Guards
    policy: SupportPolicy
    wait: timedelta


def contents(action: str) -> Iterator[Mapping[str, Any]]:
    """A whole command, and one without each of its fields, or with nothing but spaces in it."""
    whole = CONTENT.get(action, {})
    yield whole
    for name, value in whole.items():
        yield {key: kept for key, kept in whole.items() if key != name}
        if isinstance(value, str) and action != "assign_case":
            yield {**whole, name: " \n"}
    if len(whole) > 1:
        yield {}


def tries(scene: Scene) -> Iterator[Try]:
    """Every cell of the table with every actor, every condition and every content."""
    for state, (actor, letters), flag, (days, wait, is_open) in product(
        CASE_STATES, scene.actors.values(), (False, True), WINDOWS.values()
    ):
        case = case_in(state, scene, auto_close=flag)
        for action in oracle.ACTIONS:
            for content in contents(action):
                guards = oracle.Guards(is_open, flag)
                yield Try(scene, case, action, content, actor, letters, guards, POLICIES[days], wait)


def answer(one: Try) -> Step | OpenCase | Refusal:
    """What csmcore says."""
    now = one.case.updated_at + one.wait
    if one.action == "follow_up":
        return follow_up(one.case, one.actor, one.scene.facts, one.policy, now)
    command: Any = COMMANDS[one.action](**one.content)  # type: ignore[index]
    return step(one.case, command, one.actor, one.scene.facts, one.policy, now)


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
    """What the hand-written table says."""
    return oracle.outcome(one.case.state, one.action, one.letters, one.guards, held(one.content))


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_every_cell_is_as_written_by_hand(scene: Scene, tally: Tally) -> None:
    """Each command is accepted, leads where it leads and counts for the side it counts for as the other table says."""
    tried = list(tries(scene))
    differing = [one for one in tried if got(one) != wanted(one)]
    tally("lifecycle: commands compared with the table by hand", len(tried), mismatches=len(differing))
    shown = [(one.case.state, one.action, one.actor.id, one.content, got(one), wanted(one)) for one in differing[:3]]
    assert shown == []


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_what_may_be_done_is_what_is_accepted(scene: Scene) -> None:
    """`actions_for` allows an action exactly where the table by hand does, and says what its command must hold."""
    for state, (actor, letters), flag, (days, wait, is_open) in product(
        CASE_STATES, scene.actors.values(), (False, True), WINDOWS.values()
    ):
        case, guards = case_in(state, scene, auto_close=flag), oracle.Guards(is_open, flag)
        found = actions_for(case, actor, scene.facts, PLANS[days], case.updated_at + wait)
        assert [one.action for one in found] == [action for action in ACTIONS if action != "open_case"]
        for one in found:
            assert one.is_allowed == oracle.may(state, one.action, letters, guards)
            assert one.is_allowed == (not one.reasons)
            if one.is_allowed:
                needed = oracle.NEEDED.get((one.action, oracle.acting(state, one.action, letters) or ""), ())
                assert one.required == tuple(need.replace("/", " or ") for need in needed)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_refusal_gives_every_reason(scene: Scene) -> None:
    """State, permission, condition and each missing field are told together; a stranger is told nothing of the case."""
    for one in tries(scene):
        said = answer(one)
        if not isinstance(said, Refusal):
            continue
        if not one.letters:
            assert said.codes == ("not_involved",)
            continue
        letter = oracle.acting(one.case.state, one.action, one.letters)
        elsewhere = any(oracle.acting(state, one.action, one.letters) for state in oracle.STATES)
        cell_is_empty = not oracle.TABLE[one.case.state, one.action]
        codes = set(said.codes)
        assert ("wrong_state" in codes) == (letter is None and (elsewhere or cell_is_empty))
        assert ("not_permitted" in codes) == (not elsewhere)
        is_unmet = letter is not None and not oracle.may(one.case.state, one.action, one.letters, one.guards)
        assert bool(codes & {"reopen_window_over", "reopen_instead", "auto_close_off"}) == is_unmet
        if letter is not None:
            needed = oracle.NEEDED.get((one.action, letter), ())
            lacking = [need for need in needed if set(need.split("/")).isdisjoint(held(one.content))]
            told = ["/".join(reason.fields) for reason in said.reasons if reason.code == "missing"]
            assert told == lacking


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
