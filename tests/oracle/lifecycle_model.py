"""A case as a plain dict, and what each action does to it, written from the specification's prose.

Who may do it, and where it leads, is `lifecycle_table`'s; here is what else changes: stamps, the resolution and its
history, attention, the first response, surveys, what is said, what is waited for, when a case closes by itself.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from tests.oracle.lifecycle_table import ACTIONS, Guards, outcome

__all__ = [
    "FLOW",
    "Model",
    "Who",
    "act",
    "enter",
    "free_customer",
    "give",
    "guards_of",
    "may_close",
    "new_case",
    "take_up",
]

Model: TypeAlias = dict[str, Any]

FLOW = ACTIONS[: ACTIONS.index("follow_up") + 1]
"""The actions that move a case, and those that go along with them."""

PRIORITIES = {"11": 1, "12": 2, "21": 2, "13": 3, "22": 3, "31": 3, "23": 4, "32": 4, "33": 4}


class Who(NamedTuple):
    """An actor: their name, and what they are to the case."""

    name: str
    letters: str


def new_case(opener: str, now: datetime, **fields: Any) -> Model:
    """A case right after its opening."""
    return {
        "version": 1,
        "state": "new",
        "opened_at": now,
        "updated_at": now,
        "opened_by": opener,
        **dict.fromkeys(("assigned_to", "assigned_at", "assignment_group", "first_response_at", "resolution")),
        **dict.fromkeys(("closed_at", "closed_by", "closed_code", "closed_notes", "priority_override")),
        **dict.fromkeys(("cancelled_at", "cancelled_by", "cancelled_reason", "impact", "urgency")),
        **dict.fromkeys(("auto_close", "needs_attention", "survey_requested", "share_resolution_notes"), False),
        "auto_close_from": None,
        "is_auto_close_exempt": False,
        "auto_close_reminders": 0,
        "escalated": False,
        "blockers": {},
        "past_resolutions": (),
        "reopen_count": 0,
        "priority": 4,
        "category": "",
        "informed_users": (),
        "comments": (),
        "work_notes": (),
        "surveys": 0,
        **fields,
    }


def guards_of(case: Model, now: datetime, days: int) -> Guards:
    """The two conditions, as they stand at an instant."""
    closed_at = case["closed_at"]
    window = bool(days) and closed_at is not None and now - closed_at <= timedelta(days=days)
    return Guards(window=window, flag=case["auto_close"])


def act(  # noqa: PLR0913, PLR0917 - who does what, with what, to which case, when, under which policy
    case: Model, action: str, content: Mapping[str, Any], who: Who, now: datetime, days: int
) -> Model | None:
    """The case after the action, or None where it is refused."""
    held = [name for name, value in content.items() if value is not None and str(value).strip() and value != {}]
    result = outcome(case["state"], action, who.letters, guards_of(case, now, days), held)
    if result is None or now < case["updated_at"]:
        return None
    after = {**case, "version": case["version"] + 1, "updated_at": now, "state": result.state}
    allowed = EFFECTS.get(action, nothing)(after, content, who, result.side, now)
    if allowed is False:
        return None
    enter(after, case["state"], who.name, now)
    return after


def enter(case: Model, before: str, by: str, now: datetime, *, asks: bool = True) -> None:
    """What goes with a change of the state, from the one before to the case's own."""
    state = case["state"]
    if state == before:
        return
    if state == "open" and before in {"resolved", "closed"}:
        take_up(case)
    if state == "closed":
        case["closed_at"], case["closed_by"] = now, by
        if asks and not case["survey_requested"]:
            case["survey_requested"] = True
            case["surveys"] += 1
    if before == "awaiting_info":
        free_customer(case)


def free_customer(case: Model) -> None:
    """Nobody waits for the customer any longer."""
    if "customer" in case["blockers"]:
        case["blockers"] = {**case["blockers"], "customer": ("customer_information", False)}


def may_close(case: Model) -> bool:
    """Whether a resolved case that nobody answers would close by itself."""
    return not (case["needs_attention"] or case["escalated"] or case["is_auto_close_exempt"])


def nothing(_case: Model, _content: Mapping[str, Any], _who: Who, _side: str, _now: datetime) -> None:
    """The state is all that changes."""


def say(case: Model, text: str, who: Who, side: str, now: datetime) -> None:
    """A comment: who made it, and what it makes of the case."""
    case["comments"] += ((who.name, text),)
    respond(case, side, now)
    if side != "system" and who.name != case["assigned_to"]:
        case["needs_attention"] = True
    if side == "customer" and case["state"] == "resolved":
        case["auto_close_from"], case["auto_close_reminders"] = now, 0


def respond(case: Model, side: str, now: datetime) -> None:
    """The first word of an agent to the customer, ever."""
    if side == "agent":
        case["first_response_at"] = case["first_response_at"] or now


def give(case: Model, user: str | None, now: datetime) -> None:
    """Assigned to somebody else, or to nobody."""
    if user != case["assigned_to"]:
        case["assigned_to"], case["assigned_at"] = user, now if user else None


def take_up(case: Model) -> None:
    """Work begins again."""
    if case["resolution"]:
        case["past_resolutions"] += (case["resolution"],)
    case["resolution"] = None
    case["reopen_count"] += 1
    case.update(auto_close=False, auto_close_from=None, is_auto_close_exempt=False, auto_close_reminders=0)
    case.update(dict.fromkeys(("closed_at", "closed_by", "closed_code", "closed_notes")))


def assign_to_me(case: Model, _: Mapping[str, Any], who: Who, _side: str, now: datetime) -> None:
    give(case, who.name, now)


def assign_case(case: Model, content: Mapping[str, Any], _who: Who, _side: str, now: datetime) -> None:
    group, user = content.get("group"), content.get("user")
    if group and group != case["assignment_group"]:
        case["assignment_group"] = group
        give(case, user, now)
    elif user:
        give(case, user, now)


def request_info(case: Model, content: Mapping[str, Any], who: Who, side: str, now: datetime) -> None:
    say(case, content["comment"], who, side, now)
    case["needs_attention"] = False
    case["blockers"] = {**case["blockers"], "customer": ("customer_information", True)}


def add_comment(case: Model, content: Mapping[str, Any], who: Who, side: str, now: datetime) -> None:
    say(case, content["text"], who, side, now)


def add_work_note(case: Model, content: Mapping[str, Any], who: Who, _side: str, _now: datetime) -> None:
    case["work_notes"] += ((who.name, content["text"]),)


def update_case(case: Model, content: Mapping[str, Any], who: Who, _side: str, _now: datetime) -> bool:
    changes = content["changes"]
    clears = case["needs_attention"] and changes.get("needs_attention") is False
    if clears and not (who.name == case["assigned_to"] or "M" in who.letters):
        return False
    case.update(changes)
    if "auto_close" in changes and not spare(case):
        return False
    if clears and "auto_close" not in changes and case["state"] == "resolved" and may_close(case):
        case["auto_close"] = True
    if changes.keys() & {"impact", "urgency"} and not case["priority_override"]:
        case["priority"] = PRIORITIES.get(f"{case['impact']}{case['urgency']}", case["priority"])
    return True


def spare(case: Model) -> bool:
    """An agent keeps a resolved case from closing by itself, or gives it back; the flag is what they want."""
    case["is_auto_close_exempt"] = False
    if case["state"] != "resolved" or (case["auto_close"] and not may_close(case)):
        return False
    case["is_auto_close_exempt"] = not case["auto_close"]
    return True


def override_priority(case: Model, content: Mapping[str, Any], _who: Who, _side: str, _now: datetime) -> None:
    case["priority"], case["priority_override"] = content["priority"], content["reason"]


def propose_solution(case: Model, content: Mapping[str, Any], who: Who, side: str, now: datetime) -> None:
    respond(case, side, now)
    solver = case["assigned_to"] or who.name
    case["resolution"] = (content["code"], content["notes"], content.get("cause", ""), solver, now)
    case["auto_close"], case["auto_close_from"] = may_close(case), now
    if content.get("share") is not None:
        case["share_resolution_notes"] = content["share"]
    if case["share_resolution_notes"]:
        case["comments"] += ((who.name, content["notes"]),)


def reject_solution(case: Model, content: Mapping[str, Any], who: Who, side: str, now: datetime) -> None:
    say(case, content["reason"], who, side, now)


def close_case(case: Model, content: Mapping[str, Any], _who: Who, _side: str, _now: datetime) -> None:
    for name in ("code", "notes"):
        if content.get(name, "").strip():
            case[f"closed_{name}"] = content[name]


def reopen_case(case: Model, content: Mapping[str, Any], who: Who, side: str, now: datetime) -> None:
    if content.get("comment", "").strip():
        say(case, content["comment"], who, side, now)


def cancel_case(case: Model, content: Mapping[str, Any], who: Who, _side: str, now: datetime) -> None:
    case["cancelled_at"], case["cancelled_by"], case["cancelled_reason"] = now, who.name, content["reason"]


EFFECTS: Mapping[str, Any] = {
    effect.__name__: effect
    for effect in (
        *(assign_to_me, assign_case, request_info, add_comment, add_work_note, update_case, override_priority),
        *(propose_solution, reject_solution, close_case, reopen_case, cancel_case),
    )
}
