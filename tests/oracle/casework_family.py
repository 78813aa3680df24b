"""Families of cases as plain dicts, written from the specification: major cases and their children, and duplicates.

What one case's command does to others is ordered: each order is a command of the system's, which comes later.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle.casework_effects import ENDED, LIVE, Scene, World, respondent
from tests.oracle.lifecycle_model import Model, may_close, say

__all__ = ["FAMILY", "children", "parent_fits", "propagate"]

CUSTOMER = ("account", "contact", "consumer", "requested_by")
ACCOUNTS: Mapping[str, str | None] = {"acme": "eve", "bolt": None, "cord": "carl"}
CONSUMERS = ("ines",)


def children(world: World, case: Model) -> list[Model]:
    """The cases right below one, in the order in which they came there."""
    below = [each for each in world["cases"].values() if each["parent"] == case["id"]]
    return sorted(below, key=lambda child: child["placed"])


def has_customer(case: Model) -> bool:
    """Whether it is somebody's."""
    return any(case[name] for name in CUSTOMER)


# --- proposed, accepted, rejected ------------------------------------------------------------------------------------


def _propose(scene: Scene) -> bool:
    case = scene.case
    if case["major_case_state"] in {"proposed", "accepted"} or case["parent"]:
        return False
    if children(scene.world, case):
        return False
    case.update(major_case_state="proposed", business_impact=scene.content["business_impact"])
    scene.note(text=scene.content["note"])
    return True


def _accept(scene: Scene) -> bool:
    case = scene.case
    if not has_customer(case):
        case["major_case_state"] = "accepted"
        return True
    if children(scene.world, case):
        return False
    case["major_case_state"] = None
    grades = {} if case["priority_override"] else {name: case[name] for name in ("impact", "urgency")}
    copied = {name: case[name] for name in ("category", "priority", "business_impact")}
    scene.orders.append((None, "open_case", {**copied, **grades, "major_case_state": "accepted", "first": case["id"]}))
    return True


def _reject(scene: Scene) -> bool:
    if not has_customer(scene.case):
        return False
    scene.case["major_case_state"] = "rejected"
    scene.note(text=scene.content["reason"])
    return True


def _add_children(scene: Scene) -> bool:
    case, content, policy = scene.case, scene.content, scene.world["policy"]
    wanted = [("account", name) for name in content.get("accounts", ())]
    wanted += [("consumer", name) for name in content.get("consumers", ())]
    living = [child for child in children(scene.world, case) if child["state"] not in ENDED]
    new = [(kind, name) for kind, name in wanted if all(child[kind] != name for child in living)]
    known = {*(("account", name) for name in ACCOUNTS), *(("consumer", name) for name in CONSUMERS)}
    if not new or not set(wanted) <= known or len(living) + len(new) > policy["most"]:
        return False
    for kind, name in new:
        contact = ACCOUNTS.get(name) if kind == "account" else None
        fields = {kind: name, "contact": contact, "informed_users": (contact,) if contact else ()}
        if "priority" in policy["fields"]:
            fields["priority"] = case["priority"]
        scene.orders.append(
            (None, "open_case", {**fields, "parent": case["id"], "comment": content.get("comment", "")})
        )
    scene.note()
    return True


# --- parents ---------------------------------------------------------------------------------------------------------


def parent_fits(world: World, case: Model, parent: str | None) -> bool:
    """Whether a case may come below another: there is one level, and major cases are nobody's children."""
    if parent is None:
        return True
    above = world["cases"].get(parent)
    if above is None or above["id"] == case["id"] or above["parent"] or above["state"] in ENDED:
        return False
    return case["major_case_state"] not in {"proposed", "accepted"} and not children(world, case)


def propagate(scene: Scene, before: Model) -> None:
    """What the relatives are to do, once the case is as it is: first those below, then those above."""
    _to_children(scene, before)
    case, old = scene.case, before["parent"]
    if case["parent"] != old:
        for parent in (old, case["parent"]):
            if parent:
                scene.orders.append((parent, "add_work_note", {"text": None}))
    above = scene.world["cases"].get(case["parent"])
    said = scene.side == "customer" and case["comments"] != before["comments"]
    noted = scene.side == "agent" and case["work_notes"] != before["work_notes"]
    if above is not None and above["major_case_state"] == "accepted" and (said or noted):
        scene.orders.append((above["id"], "hear_of_child", {"child": case["id"]}))


def _to_children(scene: Scene, before: Model) -> None:
    case, policy = scene.case, scene.world["policy"]
    if before["major_case_state"] != "accepted":
        return
    news: dict[str, Any] = {}
    if case["state"] != before["state"] and (case["state"] == "closed" or "state" in policy["sync"]):
        news = {"state": case["state"], **_ending(case)}
    if case["priority"] != before["priority"] and "priority" in policy["sync"]:
        news["priority"] = case["priority"]
    for name, said, field in (("comments", "comment", "comments"), ("work_notes", "note", "work_notes")):
        new = case[name][len(before[name]) :]
        if new and field in policy["sync"] and scene.side != "system" and not scene.orders:
            news[said] = new[0][1]
    if news:
        for child in children(scene.world, case):
            if child["state"] in LIVE:
                scene.orders.append((child["id"], "follow_parent", {"parent": case["id"], **news}))


def _ending(case: Model) -> dict[str, str]:
    if case["state"] == "cancelled":
        return {"notes": case["cancelled_reason"]}
    if case["state"] not in {"resolved", "closed"}:
        return {}
    code, notes, cause, *_ = case["resolution"] or ("", "", "")
    return {"code": case["closed_code"] or code, "notes": case["closed_notes"] or notes, "cause": cause}


def _follow(scene: Scene) -> bool:
    """Do as the parent did, as far as that is news."""
    case, content = scene.case, scene.content
    if content["parent"] != case["parent"]:
        return False
    state = content.get("state")
    needed = {"resolved": ("code", "notes"), "cancelled": ("notes",)}.get(state or "", ())
    if not all(content.get(name, "").strip() for name in needed):
        return False
    moves = state is not None and state != case["state"]
    is_own = case["priority_override"] is not None or (case["impact"] is not None and case["urgency"] is not None)
    graded = content.get("priority") not in {None, case["priority"]} and not is_own
    said = [content.get(name, "") for name in ("comment", "note")]
    comment, note = (text is None or text.strip() for text in said)
    if not (moves or graded or comment or note):
        return False
    if graded:
        case["priority"] = content["priority"]
    if moves:
        case["state"] = state
        FOLLOWING[state or ""](scene)
    if note:
        scene.note(text=content["note"])
    elif comment:
        say(case, content["comment"], scene.who, scene.side, scene.now)
    elif moves and state == "resolved" and case["share_resolution_notes"]:
        case["comments"] += ((scene.who.name, content["notes"]),)
    return True


def _open(_: Scene) -> None:
    """Work goes on."""


def _await(scene: Scene) -> None:
    scene.case["needs_attention"] = False
    scene.case["blockers"] = {**scene.case["blockers"], "customer": ("customer_information", True)}


def _resolve(scene: Scene) -> None:
    case, content = scene.case, scene.content
    by = case["assigned_to"] or "system"
    case["resolution"] = (content["code"], content["notes"], content.get("cause", ""), by, scene.now)
    case.update(auto_close=may_close(case), auto_close_from=scene.now, auto_close_reminders=0)


def _close(scene: Scene) -> None:
    for name in ("code", "notes"):
        if scene.content.get(name, "").strip():
            scene.case[f"closed_{name}"] = scene.content[name]


def _cancel(scene: Scene) -> None:
    reason = scene.content["notes"]
    scene.case.update(cancelled_at=scene.now, cancelled_by=scene.who.name, cancelled_reason=reason)


FOLLOWING: Mapping[str, Callable[[Scene], None]] = {
    "open": _open,
    "awaiting_info": _await,
    "resolved": _resolve,
    "closed": _close,
    "cancelled": _cancel,
}


def _hear(scene: Scene) -> bool:
    scene.case["needs_attention"] = True
    return True


# --- duplicates ------------------------------------------------------------------------------------------------------


def _merge(scene: Scene) -> bool:
    return _take_in(scene) if scene.side == "system" else _go_in(scene)


def _go_in(scene: Scene) -> bool:
    case, other = scene.case, scene.world["cases"].get(scene.content["into"])
    if other is None or other["id"] == case["id"] or other["state"] not in LIVE or children(scene.world, case):
        return False
    if _whose(other) != _whose(case):
        return False
    case.update(cancelled_at=scene.now, cancelled_by=scene.who.name, merged_into=other["id"])
    case["cancelled_reason"] = f"merged into {other['number']}"
    people = [*case["informed_users"], *(case[name] for name in CUSTOMER[1:] if case[name])]
    hear = {"duplicate": case["id"], "informed_users": tuple(_new(other, people))}
    scene.orders.append((other["id"], "merge_case", hear))
    return True


def _whose(case: Model) -> tuple[str | None, ...]:
    whose = (case["account"], case["consumer"])
    return whose if any(whose) else (case["contact"], case["requested_by"])


def _new(case: Model, people: list[str]) -> list[str]:
    """Those who do not hear of a case yet, each once."""
    return [one for one in dict.fromkeys(people) if one not in case["informed_users"] and one != respondent(case)]


def _take_in(scene: Scene) -> bool:
    case = scene.case
    case["informed_users"] += tuple(_new(case, list(scene.content.get("informed_users", ()))))
    scene.note()
    return True


FAMILY: Mapping[str, Callable[[Scene], bool]] = {
    "propose_major_case": _propose,
    "accept_major_case": _accept,
    "reject_major_case": _reject,
    "add_children": _add_children,
    "follow_parent": _follow,
    "hear_of_child": _hear,
    "merge_case": _merge,
}
