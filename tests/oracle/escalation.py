"""Escalations as plain dicts: what commands make of them, told anew and sharing no code with csmcore.

A world is a dict: what it is about (``of``), the policy (``templates``, ``for customers``, ``own``), the people
(``approvers``, ``manager``, ``team``, ``assignee``) and the ``current`` escalation. A person is ``kind``, ``id``,
``roles`` and the ``side`` of the case that they are on.
"""

import copy
from collections.abc import Callable
from typing import Any

__all__ = ["ACTS", "ALLOWED", "OPEN", "Person", "World", "act", "parts"]

World = dict[str, Any]
Person = dict[str, Any]

OPEN, ENDED = ("requested", "escalated"), ("declined", "closed")
INSIDE = ("agent", "deescalator", "system")
DECIDES = {"manager", "admin"}
OF_ACCOUNTS = ("assignment_group", "assigned_to", "related_cases")
CUSTOMERS_SAY = ("reason", "justification")

ALLOWED = {
    *((state, "request_escalation", who) for state in ("", *ENDED) for who in (*INSIDE, "customer")),
    ("requested", "approve_escalation", "approver"),
    ("requested", "decline_escalation", "approver"),
    ("requested", "decline_escalation", "system"),
    ("escalated", "deescalate", "deescalator"),
    ("escalated", "deescalate", "system"),
    *((state, "update_escalation", who) for state in OPEN for who in (*INSIDE, "approver")),
}
"""Who may do what when, by hand: ('', ...) is where there never was an escalation."""


def deciders(world: World, template: str) -> list[str]:
    """The ids of those who are asked to approve."""
    chosen = world["templates"][template]
    found = list(world["approvers"]) if chosen["group"] else []
    if chosen["manager"] and world["manager"] and world["manager"] not in found:
        found.append(world["manager"])
    return found


def parts(world: World, person: Person) -> list[str]:
    """What somebody is to the escalation, who acts first as what comes first."""
    current = world["current"]
    inside = person["kind"] == "internal"
    found = [person["side"]] if person["side"] in {"customer", "system"} else []
    if inside and current:
        asked = deciders(world, current["template"])
        own = current["by"] if current["by"][0] == "internal" and not world["own"] else None
        others = [one for one in asked if own is None or one != own[1]]
        if person["id"] in asked or (not others and DECIDES & set(person["roles"])):
            found.append("approver")
    if inside and "deescalation_requester" in person["roles"]:
        found.append("deescalator")
    if person["side"] == "agent" or (inside and {"agent", "manager", "admin"} & set(person["roles"])):
        found.append("agent")
    return found


def act(world: World, action: str, content: dict[str, Any], person: Person, now: int) -> World | None:
    """The world after an action, with who is ``told`` and what ``happened``; None where it is refused."""
    current = world["current"]
    state = current["state"] if current else ""
    part = next((one for one in parts(world, person) if (state, action, one) in ALLOWED), None)
    if part is None or (current and now < current["changed"]):
        return None
    after = copy.deepcopy(world)
    after["told"], after["happened"] = [], []
    if not ACTS[action](after, content, person, part):
        return None
    after["current"]["changed"] = now
    tell(after, person)
    return after


def request(world: World, content: dict[str, Any], person: Person, part: str) -> bool:
    """Somebody asks."""
    said = {name for name, value in content.items() if value}
    if part == "customer" and said - set(CUSTOMERS_SAY):
        return False
    if world["of"] == "case" and said & set(OF_ACCOUNTS):
        return False
    name = (world["for customers"] if part == "customer" else content.get("template")) or ""
    chosen = world["templates"].get(name)
    if chosen is None or chosen["type"] != world["of"]:
        return False
    reason = content.get("reason") or chosen["reason"]
    if not reason or not content.get("justification", "").strip():
        return False
    team = world["team"] if chosen["team"] else []
    watch = [*content.get("watch_list", ()), *chosen["watch"], *team]
    unasked = chosen["skip"] or not deciders(world, name)
    world["current"] = {
        "state": "escalated" if unasked else "requested",
        "template": name,
        "source": "customer" if part == "customer" else content.get("request_source") or "internal",
        "reason": reason,
        "severity": content.get("severity") or chosen["severity"],
        "trend": None,
        "watch_list": list(dict.fromkeys(watch)),
        **{one: content.get(one) for one in OF_ACCOUNTS[:2]},
        "related_cases": list(content.get("related_cases", ())),
        "by": (person["kind"], person["id"]),
        "approved": "system" if unasked else None,
        "declined": None,
        "closed": None,
    }
    world["happened"] = ["requested", "approved"] if unasked else ["requested"]
    return True


def approve(world: World, _: dict[str, Any], person: Person, __: str) -> bool:
    """Somebody says yes."""
    current = world["current"]
    if current["by"] == (person["kind"], person["id"]) and not world["own"]:
        return False
    current |= {"state": "escalated", "approved": person["id"]}
    world["happened"] = ["approved"]
    return True


def decline(world: World, content: dict[str, Any], person: Person, _: str) -> bool:
    """Somebody says no."""
    world["current"] |= {"state": "declined", "declined": person["id"]}
    world["happened"] = ["declined"]
    return bool(content.get("reason", "").strip())


def close(world: World, content: dict[str, Any], person: Person, _: str) -> bool:
    """Somebody says that it is over."""
    world["current"] |= {"state": "closed", "closed": person["id"]}
    world["happened"] = ["closed"]
    return bool(content.get("justification", "").strip())


def update(world: World, content: dict[str, Any], _: Person, __: str) -> bool:
    """Somebody changes something."""
    current = world["current"]
    if world["of"] == "case" and any(content.get(name) for name in OF_ACCOUNTS):
        return False
    before = dict(current)
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in content.items()}
    current |= given
    if current["assignment_group"] != before["assignment_group"] and "assigned_to" not in given:
        current["assigned_to"] = None
    world["happened"] = ["updated"]
    return any(before[name] != value for name, value in given.items())


ACTS: dict[str, Callable[[World, dict[str, Any], Person, str], bool]] = {
    "request_escalation": request,
    "approve_escalation": approve,
    "decline_escalation": decline,
    "deescalate": close,
    "update_escalation": update,
}


def tell(world: World, person: Person) -> None:
    """Who hears of it, each once, in the order in which they are thought of."""
    current, last = world["current"], world["happened"][-1]
    works = world["assignee"] if world["of"] == "case" else current["assigned_to"]
    hears = deciders(world, current["template"]) if last == "requested" else []
    if last in {"approved", "closed", "updated"} and works:
        hears.append(works)
    if last in {"approved", "declined", "closed"} and current["by"][0] == "internal":
        hears.append(current["by"][1])
    hears += current["watch_list"]
    author = person["id"] if person["kind"] == "internal" else None
    world["told"] = [one for one in dict.fromkeys(hears) if one != author]
