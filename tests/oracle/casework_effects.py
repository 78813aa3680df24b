"""What is done on a case beside its flow, as plain dicts, written from the specification.

That is what it waits for, its tasks, its records elsewhere, its escalation, and what is asked of its customer. The
dict is that of `lifecycle_model`, with ``tasks`` and ``records`` by their keys, the ``escalation``, the ``time`` that
was entered, whose it is and which case is above it. An effect is given all that it may look at, changes its own case
only, and leaves orders for others: the case (None: a new one), what is to be done, and with what.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from tests.oracle import escalation, records, tasks
from tests.oracle.lifecycle_model import EFFECTS as FLOWING
from tests.oracle.lifecycle_model import Model, Who, may_close, say

__all__ = ["ENDED", "LIVE", "Person", "Scene", "World", "do", "end_with_case", "is_open", "person_of", "respondent"]

World: TypeAlias = dict[str, Any]
Order: TypeAlias = tuple[str | None, str, dict[str, Any]]

LIVE = ("new", "open", "awaiting_info")
ENDED = ("closed", "cancelled")


class Person(NamedTuple):
    """Somebody: what they are to every case, their roles and groups, the account whose cases they manage."""

    kind: str
    letters: str = ""
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    manages: str = ""


class Scene(NamedTuple):
    """All that an effect looks at, and the orders that it leaves."""

    world: World
    case: Model
    content: Mapping[str, Any]
    who: Who
    side: str
    now: datetime
    orders: list[Order]

    def note(self, by: str | None = None, text: str | None = None) -> None:
        """A work note; None for a text is whatever csmcore writes there."""
        self.case["work_notes"] += ((by or self.who.name, text),)


def person_of(world: World, name: str) -> Person:
    """Somebody by their name."""
    found: Person = world["people"][name]
    return found


def respondent(case: Model) -> str | None:
    """Who answers for the customer."""
    return case["contact"] or case["consumer"] or case["requested_by"]


def is_open(case: Model) -> bool:
    """Whether the case is escalated, or somebody wants it to be."""
    current = case["escalation"]
    return current is not None and current["state"] in escalation.OPEN


def do(action: str, scene: Scene) -> bool:
    """Do it to the case of the scene; False: it is refused."""
    if action in FLOWING:
        return FLOWING[action](scene.case, scene.content, scene.who, scene.side, scene.now) is not False
    if action in tasks.ACTS:
        return _on_tasks(action, scene)
    if action in escalation.ACTS:
        return _escalate(action, scene)
    return EFFECTS.get(action, _nothing)(scene)


def _nothing(_: Scene) -> bool:
    return True


# --- what it waits for -----------------------------------------------------------------------------------------------


def _wait(case: Model, key: str, reason: str) -> None:
    case["blockers"] = {**case["blockers"], key: (reason, True)}


def _free(case: Model, key: str, *, asks: bool = True) -> None:
    """Something is there that was waited for, if it was; the case then asks for attention, unless it has ended."""
    reason, active = case["blockers"].get(key, ("", False))
    if active:
        case["blockers"] = {**case["blockers"], key: (reason, False)}
        case["needs_attention"] = case["needs_attention"] or (asks and case["state"] not in ENDED)


def _waits(case: Model, key: str | None) -> str | None:
    """The reason for which the case still waits for it."""
    reason, active = case["blockers"].get(key, ("", False))
    return reason if active else None


def _add_blocker(scene: Scene) -> bool:
    case, reason, record = scene.case, scene.content["reason"], scene.content.get("record")
    text = scene.content.get("text", "")
    linked = case["records"].get(record)
    if reason == "customer_information" or (record is None and not text.strip()):
        return False
    is_there = record in case["tasks"] and case["tasks"][record]["state"] == "open"
    if record is not None and not is_there and (linked is None or linked["closed"]):
        return False
    if reason == "problem_workaround" and (linked is None or linked["kind"] != "problem"):
        return False
    if _waits(case, record):
        return False
    _wait(case, record or f"other-{case['version']}", reason)
    return True


def _resolve_blocker(scene: Scene) -> bool:
    case, key = scene.case, scene.content["blocker"]
    if _waits(case, key) is None or (key == "customer" and case["state"] == "awaiting_info"):
        return False
    _free(case, key)
    return True


# --- tasks -----------------------------------------------------------------------------------------------------------


def _tasked(scene: Scene) -> tuple[tasks.World, tasks.Who]:
    case, who = scene.case, scene.who
    waits = {key for key in case["tasks"] if _waits(case, key)}
    world = tasks.new_world(case["number"], respondent(case) or "", takes=scene.world["policy"]["takes"])
    world |= {"state": case["state"], "tasks": case["tasks"], "waits": waits, "attention": case["needs_attention"]}
    return world, tasks.Who(who.name, who.letters, person_of(scene.world, who.name).groups)


def _take_over(case: Model, before: tasks.World, after: tasks.World) -> None:
    """What became of the tasks, and of what the case waits for."""
    case["tasks"], case["needs_attention"] = after["tasks"], after["attention"]
    case["contributor_users"], case["contributor_groups"] = after["users"], after["groups"]
    case["time"] = [*case["time"], *after["time"]]
    for key in before["waits"] - after["waits"]:
        _free(case, key, asks=False)
    for key in after["waits"] - before["waits"]:
        _wait(case, key, "task_resolution")


def _on_tasks(action: str, scene: Scene) -> bool:
    before, who = _tasked(scene)
    after = tasks.act(before, action, scene.content, who, scene.now)
    if after is None:
        return False
    _take_over(scene.case, before, after)
    return True


def end_with_case(scene: Scene) -> None:
    """What ends with the case: its tasks, where the policy says so, and its escalation."""
    before, who = _tasked(scene)
    _take_over(scene.case, before, tasks.end(before, scene.case["state"], who, scene.now))
    current = scene.case["escalation"]
    if is_open(scene.case):
        by = {"requested": "declined", "escalated": "closed"}[current["state"]]
        scene.case["escalation"] = {**current, "state": by, by: "system"}


# --- records elsewhere -----------------------------------------------------------------------------------------------


def _speaker(scene: Scene) -> tuple[str, str]:
    return person_of(scene.world, scene.who.name).kind, scene.who.name


def _linked(scene: Scene) -> records.Links:
    """The links as they stand, with what is waited for."""
    return {key: {**link, "waits": _waits(scene.case, key)} for key, link in scene.case["records"].items()}


def _link_record(scene: Scene) -> bool:
    links, content = _linked(scene), scene.content
    if records.link(links, content["kind"], content["record"], content, _speaker(scene)):
        return False
    key = f"{content['kind']}:{content['record']}"
    if links[key]["waits"]:
        _wait(scene.case, key, links[key]["waits"])
    scene.case["records"] = links
    return True


def _unlink_record(scene: Scene) -> bool:
    links = _linked(scene)
    if records.unlink(links, scene.content["record"]):
        return False
    scene.case["records"] = links
    _free(scene.case, scene.content["record"])
    scene.note()
    return True


def _hear_of_record(scene: Scene) -> bool:
    links, key = _linked(scene), scene.content["record"]
    said = {name: value for name, value in scene.content.items() if not isinstance(value, str) or value.strip()}
    if records.hear(links, key, said, _speaker(scene), scene.now):
        return False
    if links[key]["waits"] is None:
        _free(scene.case, key)
    scene.case["records"] = links
    scene.note()
    return True


# --- escalation ------------------------------------------------------------------------------------------------------


def _escalate(action: str, scene: Scene) -> bool:
    case, who, policy = scene.case, scene.who, scene.world["policy"]
    person = person_of(scene.world, who.name)
    sides = {"C": "customer", "S": "system", "X": "", "M": "agent"}
    side = next((sides[letter] for letter in "CSXM" if letter in who.letters), "")
    world = {
        "of": "case",
        "templates": policy["templates"],
        "for customers": policy["customer_template"],
        "own": False,
        "approvers": scene.world["approvers"],
        "manager": None,
        "team": [],
        "assignee": case["assigned_to"],
        "current": case["escalation"],
    }
    asks = {"kind": person.kind, "id": who.name, "roles": person.roles, "side": side}
    after = escalation.act(world, action, dict(scene.content), asks, scene.now)  # type: ignore[arg-type]
    if after is None:
        return False
    case["escalation"] = after["current"]
    case["escalated"] = is_open(case) or case["account"] in scene.world["escalated"]
    if action in {"decline_escalation", "deescalate"} and case["state"] == "resolved" and may_close(case):
        case["auto_close"] = True
    scene.note("system" if scene.side != "agent" else None)
    return True


# --- what is asked of the customer -----------------------------------------------------------------------------------


def _remind(scene: Scene) -> bool:
    case, (_, reminders) = scene.case, scene.world["policy"]["auto_close"]
    case["auto_close_reminders"] = sum((scene.now - case["auto_close_from"]).days >= day for day in reminders)
    say(case, None, scene.who, scene.side, scene.now)  # type: ignore[arg-type]
    return True


def _auto_close(scene: Scene) -> bool:
    if scene.world["policy"]["auto_close"] is not None:
        say(scene.case, None, scene.who, scene.side, scene.now)  # type: ignore[arg-type]
    return True


def _answer(scene: Scene) -> bool:
    scene.case["satisfaction"] = (scene.content["score"], scene.who.name, scene.now)
    return True


EFFECTS: Mapping[str, Callable[[Scene], bool]] = {
    "add_blocker": _add_blocker,
    "resolve_blocker": _resolve_blocker,
    "link_record": _link_record,
    "unlink_record": _unlink_record,
    "hear_of_record": _hear_of_record,
    "remind_customer": _remind,
    "auto_close_case": _auto_close,
    "answer_survey": _answer,
}
"""What is neither in the flow nor told by the models of tasks and escalations; families are in `casework_family`."""
