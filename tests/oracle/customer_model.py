"""Customers as a plain dict: addresses, the tree of accounts, teams and households, and every edit of them.

Written from the rules' description, by brute force, and with nothing of csmcore. An edit returns the codes of why it is
refused, sorted; where there are none it has changed the dict. Days are numbers; an open day is None.
"""

from collections import Counter
from typing import Any, TypeAlias

__all__ = [
    "Model",
    "ancestors",
    "assign",
    "define",
    "end_stay",
    "join",
    "lead",
    "make_main",
    "move",
    "new_model",
    "put",
    "remove",
    "take_head",
]

Model: TypeAlias = dict[str, Any]

_DAYS = range(-20, 200)  # every day that an edit may be about, and some around


def new_model(customers: list[str], accounts: list[str], houses: list[str], consumers: dict[str, str]) -> Model:
    """Nothing is known yet but who there is; a consumer is ``good``, ``inactive`` or ``unknown``."""
    return {
        "addresses": {name: {} for name in customers},
        "parent": dict.fromkeys(accounts),
        "active": dict.fromkeys(accounts, True),
        "team": {},
        "unique": {},
        "stays": {name: [] for name in houses},
        "head": dict.fromkeys(houses),
        "consumers": consumers,
    }


def put(model: Model, who: str, address: str, city: str, *, primary: bool) -> list[str]:
    """An address, new or changed."""
    theirs = model["addresses"][who]
    is_first = set(theirs) <= {address}
    was_primary = theirs.get(address, ("", False))[1]
    theirs[address] = (city, was_primary)
    if primary or is_first:
        lead(model, who, address)
    return []


def lead(model: Model, who: str, address: str) -> list[str]:
    """One address becomes primary."""
    theirs = model["addresses"][who]
    if address not in theirs:
        return ["unknown_address"]
    for name, (city, _) in theirs.items():
        theirs[name] = (city, name == address)
    return []


def remove(model: Model, who: str, address: str) -> list[str]:
    """An address goes."""
    theirs = model["addresses"][who]
    if address not in theirs:
        return ["unknown_address"]
    if theirs[address][1] and len(theirs) > 1:
        return ["primary_address"]
    del theirs[address]
    return []


def ancestors(model: Model, account: str | None) -> list[str]:
    """The account and all above it; it ends, or there is a circle."""
    line: list[str] = []
    while account is not None:
        assert account not in line, "a circle"
        line.append(account)
        account = model["parent"][account]
    return line


def move(model: Model, account: str, parent: str | None) -> list[str]:
    """An account gets another parent."""
    codes = []
    if account in ancestors(model, parent):
        codes.append("above_itself")
    if parent is not None and not model["active"].get(parent, True):
        codes.append("inactive_parent")
    if not codes:
        model["parent"][account] = parent
    return codes


def assign(model: Model, member: str, user: str, what: str, customer: str) -> list[str]:
    """Somebody joins a team, or changes in it."""
    if what not in model["unique"]:
        return ["unknown_responsibility"]
    others = [one for name, one in model["team"].items() if name != member and one[1:] == (what, customer)]
    codes = []
    if user in {one[0] for one in others}:
        codes.append("duplicate_member")
    if model["unique"][what] and {one[0] for one in others} - {user}:
        codes.append("responsibility_taken")
    if not codes:
        model["team"][member] = (user, what, customer)
    return codes


def define(model: Model, what: str, *, unique: bool) -> list[str]:
    """A responsibility is defined, anew or otherwise."""
    held = Counter(one[1:] for one in model["team"].values() if one[1] == what)
    if unique and any(count > 1 for count in held.values()):
        return ["responsibility_taken"]
    model["unique"][what] = unique
    return []


def _days(first: int | None, last: int | None) -> set[int]:
    return {day for day in _DAYS if (first is None or first <= day) and (last is None or day <= last)}


def _present(model: Model, house: str, day: int) -> list[str]:
    return [who for who, first, last, _ in model["stays"][house] if day in _days(first, last)]


def join(model: Model, house: str, who: str, first: int | None, last: int | None) -> list[str]:
    """Somebody comes to a household."""
    standing = {"good": [], "inactive": ["inactive_consumer"], "unknown": ["unidentified_consumer"]}
    codes = list(standing[model["consumers"][who]])
    if any(who == one and _days(first, last) & _days(begin, end) for one, begin, end, _ in model["stays"][house]):
        codes.append("member_already")
    if not codes:
        model["stays"][house].append((who, first, last, False))
    return sorted(codes)


def end_stay(model: Model, house: str, who: str, last: int, heir: str | None) -> list[str]:
    """Somebody leaves a household."""
    left = [one for one in _present(model, house, last + 1) if one != who]
    codes = ["no_member"] * (who not in _present(model, house, last))
    codes += ["no_member"] * (heir is not None and heir not in left)
    codes += ["new_head_needed"] * (heir is None and model["head"][house] == who and bool(left))
    if codes:
        return sorted(codes)
    for index, (one, first, end, main) in enumerate(model["stays"][house]):
        if one == who and last in _days(first, end):
            model["stays"][house][index] = (one, first, last, main)
    if heir is not None or model["head"][house] == who:
        model["head"][house] = heir
    return []


def take_head(model: Model, house: str, who: str, day: int) -> list[str]:
    """Somebody becomes the head of a household."""
    if who not in _present(model, house, day):
        return ["no_member"]
    model["head"][house] = who
    return []


def make_main(model: Model, house: str, who: str, day: int) -> list[str]:
    """A household becomes somebody's main one, from that day on."""
    if who not in _present(model, house, day):
        return ["no_member"]
    for name, stays in model["stays"].items():
        for index, (one, first, end, _) in enumerate(stays):
            if one == who and any(later >= day for later in _days(None, end)):
                stays[index] = (one, first, end, name == house and day in _days(first, end))
    return []
