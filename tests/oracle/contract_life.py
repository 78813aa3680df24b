"""A contract as a plain dict: what commands and days make of it, told anew and sharing no code with csmcore.

Days are numbers counted from `DAY_0`; None is open. Parts are lists: [state, first, last, the line it is on].
"""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["DAY_0", "Life", "act", "day_of", "midnight", "new_life", "pass_time"]

DAY_0 = date(2027, 2, 20)
Life = dict[str, Any]
OVER = ("expired", "cancelled")


def day_of(number: int | None) -> date | None:
    """A day by its number."""
    return None if number is None else DAY_0 + timedelta(days=number)


def midnight(life: Life, number: int) -> datetime:
    """Local 00:00 of a day."""
    day = DAY_0 + timedelta(days=number)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(life["zone"])).astimezone(UTC)


def new_life(zone: str, first: int | None, last: int | None, *, approver: bool, renews: bool) -> Life:
    """A draft with a line, an entitlement on it and one beside it."""
    return {
        "zone": zone,
        "state": "draft",
        "approver": approver,
        "approval": "not_requested",
        "first": first,
        "last": last,
        "resumes": None,
        "renews": renews,
        "renewed": None,
        "lines": {"l0": ["draft", None, None, None]},
        "entitlements": {"e0": ["draft", None, None, "l0"], "e1": ["active", None, None, None]},
        "covered": [],
    }


def pass_time(life: Life, now: datetime) -> None:
    """All that happens by itself up to now."""
    if life["state"] == "draft" and life["approval"] == "approved":
        begins = life["first"] is None or midnight(life, life["first"]) <= now
        if begins:
            go(life, "active")
    ends = None if life["last"] is None else midnight(life, life["last"] + 1)
    if life["state"] == "suspended" and life["resumes"] is not None and midnight(life, life["resumes"]) <= now:
        go(life, "active")
    if life["state"] in {"active", "suspended"} and ends is not None and ends <= now:
        suspended = life["state"] == "suspended"
        go(life, "expired")
        if life["renews"] and life["renewed"] is None and life["first"] is not None:
            life["renewed"] = (life["last"] + 1, "not_requested" if suspended else "approved")


def go(life: Life, state: str) -> None:
    """The contract and its parts change their state."""
    before, life["state"], life["resumes"] = life["state"], state, None
    for part in (*life["lines"].values(), *life["entitlements"].values()):
        if part[0] not in OVER and (part[0] == before or state in OVER):
            part[0] = state


def act(life: Life, action: str, content: dict[str, Any], now: datetime) -> Life | None:
    """The life after an action, all that was due before included; None where it is refused."""
    after = copy.deepcopy(life)
    pass_time(after, now)
    return after if ACTS[action](after, content, now) else None


def is_over(life: Life, now: datetime) -> bool:
    """Whether the last day has gone by."""
    return life["last"] is not None and midnight(life, life["last"] + 1) <= now


def submit(life: Life, _: dict[str, Any], now: datetime) -> bool:
    """Ask for a review."""
    if life["state"] != "draft" or is_over(life, now) or life["approval"] in {"requested", "approved"}:
        return False
    life["approval"] = "requested"
    return True


def approve(life: Life, content: dict[str, Any], now: datetime) -> bool:
    """Agree."""
    return not is_over(life, now) and review(life, content, "approved")


def reject(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """Send it back."""
    return bool(content["text"]) and review(life, content, "rejected")


def review(life: Life, content: dict[str, Any], answer: str) -> bool:
    """Somebody answers."""
    fits = not life["approver"] or content["by"] == "mia"
    if life["state"] != "draft" or life["approval"] != "requested" or not fits:
        return False
    life["approval"] = answer
    return True


def activate(life: Life, _: dict[str, Any], now: datetime) -> bool:
    """Put it into force."""
    early = life["first"] is not None and midnight(life, life["first"]) > now
    unapproved = life["approver"] and life["approval"] != "approved"
    if life["state"] != "draft" or early or unapproved or is_over(life, now):
        return False
    go(life, "active")
    return True


def suspend(life: Life, content: dict[str, Any], now: datetime) -> bool:
    """Take it out of force."""
    day = content["resumes"]
    if life["state"] != "active" or (day is not None and (midnight(life, day) <= now or not inside(day, life))):
        return False
    go(life, "suspended")
    life["resumes"] = day
    return True


def resume(life: Life, _: dict[str, Any], now: datetime) -> bool:
    """Put it into force again."""
    if life["state"] != "suspended":
        return False
    go(life, "draft" if life["first"] is not None and midnight(life, life["first"]) > now else "active")
    return True


def cancel(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """End it."""
    if life["state"] in OVER or not content["text"]:
        return False
    go(life, "cancelled")
    return True


def never(_: Life, __: dict[str, Any], ___: datetime) -> bool:
    """Nothing is left to expire once time has passed."""
    return False


def renew(life: Life, _: dict[str, Any], now: datetime) -> bool:
    """Draft the next one."""
    if life["state"] == "cancelled" or None in {life["first"], life["last"]} or life["renewed"] is not None:
        return False
    today = (now.astimezone(ZoneInfo(life["zone"])).date() - DAY_0).days
    life["renewed"] = (max(today, life["last"] + 1), "not_requested")
    return True


def change_dates(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """Other days for a draft, which hold all its parts."""
    if life["state"] != "draft":
        return False
    life["first"], life["last"] = content["first"], content["last"]
    changed(life)
    return fits(life)


def add_line(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """One more line."""
    if life["state"] in OVER or content["line"] in life["lines"] or not on_a_line(life, content["on"]):
        return False
    life["lines"][content["line"]] = [life["state"], content["first"], content["last"], content["on"]]
    changed(life)
    return fits(life)


def change_line(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """Other days for a line, or its end."""
    line = life["lines"].get(content["line"])
    if life["state"] in OVER or line is None or line[0] in OVER:
        return False
    line[1:3] = content["first"], content["last"]
    if content["cancel"]:
        for part in (*life["lines"].values(), *life["entitlements"].values()):
            is_part = part is line or content["line"] in above(life, part)
            part[0] = "cancelled" if is_part and part[0] not in OVER else part[0]
    changed(life)
    return fits(life)


def add_covered(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """One more thing on a line."""
    clash = any(
        entry[3] == content["on"]
        and least(entry[1]) <= most(content["last"])
        and least(content["first"]) <= most(entry[2])
        for entry in life["covered"]
    )
    if life["state"] in OVER or not on_a_line(life, content["on"]) or clash:
        return False
    life["covered"].append(["pump", content["first"], content["last"], content["on"]])
    changed(life)
    return fits(life)


def remove_covered(life: Life, content: dict[str, Any], _: datetime) -> bool:
    """The last day of a thing on a line."""
    day = content["day"]
    if life["state"] in OVER:
        return False
    for entry in life["covered"]:
        if entry[3] == content["on"] and least(entry[1]) <= day <= most(entry[2]):
            entry[2] = day
            changed(life)
            return fits(life)
    return False


ACTS: dict[str, Callable[[Life, dict[str, Any], datetime], bool]] = {
    "submit": submit,
    "approve": approve,
    "reject": reject,
    "activate": activate,
    "suspend": suspend,
    "resume": resume,
    "cancel": cancel,
    "expire": never,
    "renew": renew,
    "change_dates": change_dates,
    "add_line": add_line,
    "change_line": change_line,
    "add_covered": add_covered,
    "remove_covered": remove_covered,
}


def changed(life: Life) -> None:
    """A draft that somebody reviews, or did, is no longer what they saw."""
    if life["state"] == "draft" and life["approver"]:
        life["approval"] = "not_requested"


def least(day: int | None) -> int:
    """A first day, or one before all."""
    return -999 if day is None else day


def most(day: int | None) -> int:
    """A last day, or one after all."""
    return 999 if day is None else day


def on_a_line(life: Life, name: str | None) -> bool:
    """Whether something can be put there."""
    return name is None or (name in life["lines"] and life["lines"][name][0] not in OVER)


def above(life: Life, part: list[Any]) -> list[str]:
    """The lines that something is on."""
    names = []
    while part[3] is not None:
        names.append(part[3])
        part = life["lines"][part[3]]
    return names


def inside(day: int | None, life: Life) -> bool:
    """Whether a day is the contract's."""
    return day is None or least(life["first"]) <= day <= most(life["last"])


def fits(life: Life) -> bool:
    """Whether all days lie inside those of what they are part of."""
    for part in (*life["lines"].values(), *life["entitlements"].values(), *life["covered"]):
        wholes = [(life["first"], life["last"]), *(life["lines"][name][1:3] for name in above(life, part))]
        for day in part[1:3]:
            if day is not None and not all(least(first) <= day <= most(last) for first, last in wholes):
                return False
    return True
