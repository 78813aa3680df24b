"""Families of cases as plain dicts, written from the documentation alone: what each command does to all of them.

A world has its ``cases`` by id, the fields that follow (``sync``), and what else the policy says. There are no orders
here: what a command does to relatives is done at once.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

__all__ = ["Case", "World", "act", "new_world", "open_case"]

Case: TypeAlias = dict[str, Any]
World: TypeAlias = dict[str, Any]

LIVE: Final = ("new", "open", "awaiting_info")
ENDED: Final = ("closed", "cancelled")
CONTACTS: Final[Mapping[str, str]] = {"acme": "anna", "cord": "carl"}
ACCOUNTS: Final = ("acme", "bolt", "cord")
CONSUMERS: Final = ("ivan",)


def new_world(fields: tuple[str, ...], most: int, *, syncs: bool, survey: bool) -> World:
    """No cases yet. A new child has what is among the ``fields`` even where nothing is synced."""
    return {"cases": {}, "fields": fields, "sync": fields if syncs else (), "survey": survey, "most": most}


def open_case(world: World, who: str, given: Mapping[str, Any]) -> bool:
    """A case for a customer; a manager's major case, or a proposed one, for nobody. Whether there is one now."""
    customers = [given.get(name) for name in ("account", "consumer")]
    if given.get("major") == "accepted" and (who != "manager" or any(customers) or given.get("parent")):
        return False
    if given.get("major") is None and not any(customers):
        return False
    parent = given.get("parent")
    if parent is not None and (not _may_lead(world["cases"].get(parent)) or given.get("major")):
        return False
    _opened(world, given)
    if parent is not None:
        _note(world["cases"][parent], f"C{len(world['cases'])} is now a child of this case.")
    return True


def _may_lead(case: Case | None) -> bool:
    """Whether there is such a case, that lives and is no child."""
    return case is not None and case["parent"] is None and case["state"] not in ENDED


def _opened(world: World, given: Mapping[str, Any]) -> Case:
    identity = f"c{len(world['cases']) + 1}"
    case: Case = {
        "id": identity,
        "state": "new",
        "account": None,
        "consumer": None,
        "contact": None,
        "parent": None,
        "major": None,
        "priority": 4,
        "ranked": False,
        "attention": False,
        "assignee": None,
        "merged": None,
        "informed": (),
        "comments": [],
        "notes": [],
        "solution": None,
        "closed": None,
        "surveyed": False,
    } | dict(given)
    world["cases"][identity] = case
    return case


def act(world: World, who: str, action: str, case: Case, given: Mapping[str, Any]) -> bool:
    """Whether it is done. ``who`` is manager, agent or customer; the manager may do what agents do."""
    doing = _DOING[action]
    before = {name: case[name] for name in ("state", "priority")}
    if not doing(world, who, case, given):
        return False
    if case["major"] == "accepted":
        _lead(world, case, before, given if action in {"comment", "note", "ask", "propose_solution"} else {})
    return True


# --- what follows ----------------------------------------------------------------------------------------------------


def _lead(world: World, major: Case, before: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    for child in [case for case in world["cases"].values() if case["parent"] == major["id"]]:
        if child["state"] not in LIVE:
            continue
        if major["state"] != before["state"] and (major["state"] == "closed" or "state" in world["sync"]):
            _move(world, child, major)
        if major["priority"] != before["priority"] and "priority" in world["sync"] and not child["ranked"]:
            child["priority"] = major["priority"]
        if "comment" in said and "comments" in world["sync"]:
            child["comments"].append(("system", said["comment"]))
        if "note" in said and "work_notes" in world["sync"]:
            child["notes"].append(("system", said["note"]))


def _move(world: World, child: Case, major: Case) -> None:
    state = major["state"]
    if state == child["state"]:
        return
    child["state"] = state
    if state == "awaiting_info":
        child["attention"] = False
    if state == "resolved":
        child["solution"] = (*major["solution"][:2], child["assignee"] or "system")
    if state == "closed":
        words = major["closed"][1:] if major["closed"][1] else major["solution"][:2]
        child["closed"] = ("system", *words)
        if world["survey"] and (child["contact"] or child["consumer"]):
            child["surveyed"] = True


def _note(case: Case, text: str) -> None:
    if case["state"] not in ENDED:
        case["notes"].append(("system", text))


def _heard(world: World, child: Case) -> None:
    above = world["cases"].get(child["parent"])
    if above is not None and above["major"] == "accepted" and above["state"] not in ENDED:
        above["attention"] = True


# --- major cases -----------------------------------------------------------------------------------------------------


def _children(world: World, case: Case) -> list[Case]:
    return [each for each in world["cases"].values() if each["parent"] == case["id"]]


def _is_anybodys(case: Case) -> bool:
    return bool(case["account"] or case["consumer"])


def _propose(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] not in LIVE or case["major"] in {"proposed", "accepted"} or case["parent"]:
        return False
    if _children(world, case):
        return False
    case["major"] = "proposed"
    _say(world, who, case, given, "notes")
    return True


def _accept(world: World, who: str, case: Case, _: Mapping[str, Any]) -> bool:
    if who != "manager" or case["state"] not in LIVE or case["major"] != "proposed":
        return False
    if not _is_anybodys(case):
        case["major"] = "accepted"
        return True
    if _children(world, case):
        return False
    case["major"] = None
    major = _opened(world, {"major": "accepted", "priority": case["priority"]})
    case["parent"] = major["id"]
    _note(major, f"{case['id'].upper()} is now a child of this case.")
    return True


def _reject(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who != "manager" or case["state"] not in LIVE or case["major"] != "proposed" or not _is_anybodys(case):
        return False
    case["major"] = "rejected"
    _say(world, who, case, given, "notes")
    return True


def _add_children(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] not in LIVE or case["major"] != "accepted" or not given["recipients"]:
        return False
    living = [child for child in _children(world, case) if child["state"] not in ENDED]
    have = {child["account"] for child in living} | {child["consumer"] for child in living}
    new = [name for name in given["recipients"] if name not in have]
    if not new or not set(given["recipients"]) <= {*ACCOUNTS, *CONSUMERS} or len(living) + len(new) > world["most"]:
        return False
    for name in new:
        contact = CONTACTS.get(name)
        whose = {"account": name, "contact": contact} if name in ACCOUNTS else {"consumer": name}
        told = [("system", given["comment"])] if given["comment"] else []
        informed = (contact,) if contact else ()
        priority = case["priority"] if "priority" in world["fields"] else 4
        child = {"parent": case["id"], "priority": priority, "comments": told, "informed": informed, **whose}
        _opened(world, child)
    case["notes"].append((_NAMES[who], f"Children are opened for {', '.join(new)}."))
    return True


def _set_parent(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] in ENDED:
        return False
    old, new = case["parent"], given["parent"]
    if new is not None:
        above = world["cases"].get(new)
        if not _may_lead(above) or above is case or _children(world, case):
            return False
        if case["major"] in {"proposed", "accepted"}:
            return False
    if old != new:
        case["parent"] = new
        if old is not None:
            _note(world["cases"][old], f"{case['id'].upper()} is no longer a child of this case.")
        if new is not None:
            _note(world["cases"][new], f"{case['id'].upper()} is now a child of this case.")
    return True


def _merge(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    target = world["cases"].get(given["into"])
    if who == "customer" or case["state"] not in LIVE or target is None or target is case:
        return False
    if target["state"] not in LIVE or _children(world, case):
        return False
    if (target["account"], target["consumer"]) != (case["account"], case["consumer"]):
        return False
    case["state"], case["merged"] = "cancelled", target["id"]
    of_target = target["contact"] or target["consumer"]
    people = [*case["informed"], *(one for one in (case["contact"], case["consumer"]) if one)]
    new = [one for one in dict.fromkeys(people) if one not in target["informed"] and one != of_target]
    target["informed"] = (*target["informed"], *new)
    _note(target, f"{case['id']} was merged into this case.")
    return True


# --- the rest of a case's life ---------------------------------------------------------------------------------------

_NAMES: Final[Mapping[str, str]] = {"manager": "mia", "agent": "ann"}


def _say(world: World, who: str, case: Case, given: Mapping[str, Any], where: str) -> None:
    name = _NAMES.get(who) or case["contact"] or case["consumer"]
    case[where].append((name, given["comment" if where == "comments" else "note"]))
    if (where, who == "customer") in {("comments", True), ("notes", False)}:
        _heard(world, case)


def _comment(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if case["state"] in ENDED:
        return False
    _say(world, who, case, given, "comments")
    if _NAMES.get(who) != case["assignee"] or who == "customer":
        case["attention"] = True
    if who == "customer" and case["state"] == "awaiting_info":
        case["state"] = "open"
    return True


def _work_note(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if case["state"] in ENDED or who == "customer":
        return False
    _say(world, who, case, given, "notes")
    return True


def _take(_: World, who: str, case: Case, __: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] != "new":
        return False
    case["state"], case["assignee"] = "open", _NAMES[who]
    return True


def _ask(world: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] != "open":
        return False
    case["state"], case["attention"] = "awaiting_info", False
    _say(world, who, case, given, "comments")
    return True


def _resume(_: World, who: str, case: Case, __: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] != "awaiting_info":
        return False
    case["state"] = "open"
    return True


def _solve(_: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] not in {"open", "awaiting_info"}:
        return False
    case["state"] = "resolved"
    case["solution"] = (given["code"], given["notes"], case["assignee"] or _NAMES[who])
    return True


def _close(_: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    is_major = case["major"] == "accepted"
    theirs = case["state"] in LIVE or (case["state"] == "resolved" and (who == "customer" or is_major))
    if case["state"] == "resolved" and who == "agent":
        return False
    if not theirs:
        return False
    case["state"] = "closed"
    case["closed"] = (_NAMES.get(who) or case["contact"] or case["consumer"], given["code"], given["notes"])
    if case["contact"] or case["consumer"]:
        case["surveyed"] = True
    return True


def _cancel(_: World, who: str, case: Case, __: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] not in LIVE:
        return False
    case["state"] = "cancelled"
    return True


def _rank(_: World, who: str, case: Case, given: Mapping[str, Any]) -> bool:
    if who == "customer" or case["state"] in ENDED:
        return False
    case["priority"], case["ranked"] = given["priority"], True
    return True


_DOING: Final = {
    "propose": _propose,
    "accept": _accept,
    "reject": _reject,
    "add_children": _add_children,
    "set_parent": _set_parent,
    "merge": _merge,
    "comment": _comment,
    "note": _work_note,
    "take": _take,
    "ask": _ask,
    "resume": _resume,
    "propose_solution": _solve,
    "close": _close,
    "cancel": _cancel,
    "rank": _rank,
}
ACTIONS: Final = tuple(_DOING)
