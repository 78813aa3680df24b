"""All cases of a desk as plain dicts: who is who to each, what a command comes to, and all that follows from it.

A world has the ``cases`` by id, the ``policy``, the ``people`` by name, who the ``approvers`` are, which accounts are
``escalated``, and how many case numbers were ``given``. Nothing that comes in is changed.
"""

import copy
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.oracle import casework_effects as effects
from tests.oracle.casework_clock import new_clock, pass_time, turn
from tests.oracle.casework_effects import ENDED, LIVE, Person, Scene, World, is_open, respondent
from tests.oracle.casework_family import FAMILY, parent_fits, propagate
from tests.oracle.escalation import ALLOWED, parts
from tests.oracle.lifecycle_model import Model, Who, enter, guards_of, new_case
from tests.oracle.lifecycle_table import ACTIONS, Guards, may, outcome

__all__ = ["allowed", "letters_of", "new_world", "open_case", "run", "taken", "tick"]

EMPTY: Model = {
    **dict.fromkeys(("account", "contact", "consumer", "requested_by", "parent", "major_case_state"), None),
    **dict.fromkeys(("business_impact", "merged_into", "follow_up_of", "escalation", "satisfaction"), None),
    "tasks": {},
    "records": {},
    "contributor_users": (),
    "contributor_groups": (),
    "time": [],
    "placed": 0,
}


def new_world(policy: Mapping[str, Any], people: Mapping[str, Person], approvers: list[str]) -> World:
    """No cases yet."""
    world: World = {"policy": policy, "people": people, "approvers": approvers, "escalated": (), "given": 0}
    return {**world, "cases": {}, "moves": 0}


def letters_of(world: World, case: Model, name: str) -> str:
    """What somebody is to a case."""
    person = effects.person_of(world, name)
    theirs = {"contact": case["contact"], "consumer": case["consumer"], "internal": case["requested_by"]}
    is_theirs = theirs.get(person.kind) == name or (person.manages and person.manages == case["account"])
    owns = "W" in person.letters and case["assigned_to"] == name
    return ("C" if is_theirs else "") + ("O" if owns else "") + person.letters


def guards(world: World, case: Model, now: datetime) -> Guards:
    """What is true of a case at an instant."""
    policy = world["policy"]
    found = guards_of(case, now, policy["days"])
    flag, remind = found.flag, False
    if policy["auto_close"] is not None and case["auto_close"]:
        after, reminders = policy["auto_close"]
        waited = now - case["auto_close_from"]
        flag = waited >= timedelta(days=after)
        remind = sum(waited >= timedelta(days=day) for day in reminders) > case["auto_close_reminders"]
    blocked = any(active and reason != "customer_information" for reason, active in case["blockers"].values())
    return found._replace(
        flag=flag,
        remind=remind,
        survey=case["survey_requested"] and case["satisfaction"] is None,
        free=not (blocked and policy["on_open_blockers"] == "forbid"),
        proposed=case["major_case_state"] == "proposed",
        major=case["major_case_state"] == "accepted",
    )


def allowed(world: World, case: Model, name: str, now: datetime) -> list[str]:
    """Everything that somebody may do now, if they say what fits."""
    letters, true = letters_of(world, case, name), guards(world, case, now)
    return [
        action
        for action in ACTIONS
        if may(case["state"], action, letters, true) and _escalates(world, case, action, letters, name)
    ]


def _escalates(world: World, case: Model, action: str, letters: str, name: str) -> bool:
    """Whether the escalation allows it, too."""
    if not any(action == each for _, each, _ in ALLOWED):
        return True
    person = effects.person_of(world, name)
    sides = {"C": "customer", "S": "system", "M": "agent", "W": "agent"}
    side = next((sides[letter] for letter in letters if letter in sides), "")
    asks = {"kind": person.kind, "id": name, "roles": person.roles, "side": side}
    policy = world["policy"]
    about = {"templates": policy["templates"], "own": False, "approvers": world["approvers"], "manager": None}
    found = parts({**about, "current": case["escalation"]}, asks)
    state = case["escalation"]["state"] if case["escalation"] else ""
    return any((state, action, part) in ALLOWED for part in found)


# --- one command -----------------------------------------------------------------------------------------------------


def _act(  # noqa: PLR0913, PLR0917 - who does what, with what, to which case, when
    world: World, where: str, action: str, content: Mapping[str, Any], name: str, now: datetime
) -> tuple[World, list[Any]] | None:
    before = world["cases"].get(where)
    if before is None or now < before["updated_at"]:
        return None
    letters = letters_of(world, before, name)
    held = [
        field for field, value in content.items() if value is None or (str(value).strip() and value not in ({}, ()))
    ]
    result = outcome(before["state"], action, letters, guards(world, before, now), held)
    if result is None:
        return None
    case = copy.deepcopy(before)
    case.update(version=case["version"] + 1, updated_at=now, state=result.state)
    case["escalated"] = is_open(case) or case["account"] in world["escalated"]
    world = {**world, "moves": world["moves"] + 1}
    scene = Scene(world, case, content, Who(name, letters), result.side, now, [])
    if not _done(action, scene):
        return None
    _settle(scene, before)
    return {**world, "cases": {**world["cases"], where: case}}, scene.orders


def _done(action: str, scene: Scene) -> bool:
    if action in FAMILY:
        return FAMILY[action](scene)
    changes = scene.content.get("changes", {})
    if action == "update_case" and "parent" in changes:
        if not parent_fits(scene.world, scene.case, changes["parent"]):
            return False
        if changes["parent"] != scene.case["parent"]:
            scene.case["placed"] = scene.world["moves"]
    return effects.do(action, scene)


def _settle(scene: Scene, before: Model) -> None:
    """What a change of the state brings along, what relatives do, and what the clock says."""
    case, policy = scene.case, scene.world["policy"]
    is_system = effects.person_of(scene.world, scene.who.name).kind == "system"
    asks = respondent(case) is not None
    if case["state"] == "closed" and case["parent"] and "parent" in scene.content:
        asks = asks and policy["survey_children"]
    enter(case, before["state"], scene.who.name, scene.now, asks=asks)
    if case["state"] in ENDED and before["state"] not in ENDED:
        effects.end_with_case(scene)
    case["escalated"] = is_open(case)
    propagate(scene, before)
    by_time = pass_time(copy.deepcopy(before["clock"]), scene.now)
    said = turn(case["clock"], case["state"], scene.now)
    scene.orders.extend(_reactions(scene.world, case, by_time if is_system else said))


def _reactions(world: World, case: Model, said: list[str]) -> list[Any]:
    """A breach escalates the case, and gives it to the second line, as far as that is not so yet."""
    if "breached" not in said or not world["policy"]["reacts"]:
        return []
    orders: list[Any] = []
    if not is_open(case):
        content = {"template": "now", "reason": "lack_of_progress", "justification": "late"}
        orders.append((case["id"], "request_escalation", content))
    if case["assignment_group"] != "tier-2":
        orders.append((case["id"], "assign_case", {"group": "tier-2"}))
    return orders


def _opened(world: World, given: Mapping[str, Any], name: str, now: datetime) -> tuple[World, list[Any]]:
    """A new case; what it is opened with is right."""
    number = f"CS{world['given'] + 1:07}"
    fields = {field: value for field, value in given.items() if field not in {"first", "comment"}}
    case = new_case(name, now, **{**copy.deepcopy(EMPTY), **fields})
    case |= {"id": number, "number": number, "clock": new_clock(now), "placed": world["moves"]}
    if given.get("comment", "").strip():
        case["comments"] += ((name, given["comment"]),)
    if case["assigned_to"]:
        case["assigned_at"] = now
    orders: list[Any] = []
    if given.get("first"):
        orders.append((given["first"], "update_case", {"changes": {"parent": number}}))
    if case["parent"] and name != "system":
        orders.append((case["parent"], "add_work_note", {"text": None}))
    opened = {**world, "given": world["given"] + 1, "moves": world["moves"] + 1}
    return {**opened, "cases": {**world["cases"], number: case}}, orders


# --- and all that follows --------------------------------------------------------------------------------------------


def run(  # noqa: PLR0913, PLR0917 - who does what, with what, to which case, when
    world: World, where: str, action: str, content: Mapping[str, Any], name: str, now: datetime
) -> World | None:
    """The world after a command and all that it ordered; None where it is refused."""
    acted = _act(world, where, action, content, name, now)
    return None if acted is None else _followed(*acted, now)


def open_case(world: World, given: Mapping[str, Any], name: str, now: datetime) -> World:
    """The world with one more case, and all that its opening ordered."""
    return _followed(*_opened(world, given, name, now), now)


def tick(world: World, where: str, now: datetime) -> World | None:
    """What time does to a case; None: nothing."""
    case = world["cases"][where]
    true = guards(world, case, now)
    if case["state"] == "resolved" and world["policy"]["auto_close"] is not None and (true.flag or true.remind):
        return run(world, where, "auto_close_case" if true.flag else "remind_customer", {}, "system", now)
    after = copy.deepcopy(case)
    said = pass_time(after["clock"], now)
    if not said:
        return None
    after["version"] += 1
    return _followed({**world, "cases": {**world["cases"], where: after}}, _reactions(world, after, said), now)


def _followed(world: World, orders: list[Any], now: datetime) -> World:
    """Orders in turn, and those that they leave; one that is refused changes nothing."""
    waiting = deque(orders)
    while waiting:
        where, action, content = waiting.popleft()
        if where is None:
            world, more = _opened(world, content, "system", now)
        else:
            acted = _act(world, where, action, content, "system", now)
            if acted is None:
                continue
            world, more = acted
        waiting.extend(more)
    return world


def taken(world: World, case: Model) -> int:
    """How many cases it has taken of its entitlement, net."""
    if case["account"] != world["policy"]["entitled"]:
        return 0
    on = world["policy"]["consume_on"]
    states = {"creation": (*LIVE, "resolved", "closed"), "resolution": ("resolved", "closed"), "close": ("closed",)}
    return int(case["state"] in states[on])
