"""What cases take of entitlements, as plain dicts, written from the specification's prose, step by step.

It goes by what happens (a case is resolved, rejected, closed, reopened, cancelled, comes to another entitlement), and
keeps a ledger as a list of takings. It knows nothing of sequences that are compared, of retries, or of other hosts.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

__all__ = ["Taking", "World", "derived", "left", "step"]


class Taking(NamedTuple):
    """A line of a ledger: whose, how much, by how much it was short, and the number of the line that it undoes."""

    case: str
    units: int
    short: int = 0
    undoes: int | None = None


World: TypeAlias = dict[str, Any]
"""``entitlements`` and ``cases`` by name, the ``ledgers`` by entitlement, the ``minutes`` worked by case."""


def left(world: World, name: str) -> int | None:
    """What is left of an entitlement; None where there is no end of it."""
    it = world["entitlements"][name]
    if it["total"] is None:
        return None
    return int(
        it["total"] * (3600 if it["unit"] == "hours" else 1) - sum(line.units for line in world["ledgers"][name])
    )


def derived(world: World, product: str, case: str | None) -> str | None:
    """The one entitlement for a product, unless it is restricted and used up by others."""
    it = world["entitlements"].get(product)
    if it is None:
        return None
    remaining = left(world, product)
    claim = world["cases"][case]["claims"].get(product) if case else None
    if it["restricted"] and remaining is not None and remaining + (claim["units"] if claim else 0) <= 0:
        return None
    return product


def step(world: World, name: str, after: Mapping[str, Any]) -> None:
    """A case comes from its state and entitlement to those ``after``; a case that is not there yet is opened."""
    case = world["cases"].setdefault(name, {"state": "", "entitlement": None, "claims": {}})
    was, had, now, has = case["state"], case["entitlement"], after["state"], after["entitlement"]
    case.update(after)
    for entitlement in list(case["claims"]):
        if entitlement != has or undone(case["claims"][entitlement]["on"], was, now):
            give_back(world, name, entitlement)
    if has is None or has in case["claims"]:
        return
    on = world["entitlements"][has]["on"]
    if past(on, now) if has != had else happens(on, was, now):
        take(world, name, has)


def undone(on: str, was: str, now: str) -> bool:
    """Creation is undone by cancelling, resolution by rejecting or reopening, close by reopening."""
    if on == "creation":
        return now == "cancelled"
    if on == "resolution":
        return was in {"resolved", "closed"} and now == "open"
    return was == "closed" and now == "open"


def happens(on: str, was: str, now: str) -> bool:
    """Whether the step is the milestone; closed without a solution, a case is resolved by that."""
    if on == "creation":
        return not was
    if on == "resolution":
        return now == "resolved" or (now == "closed" and was != "resolved")
    return now == "closed"


def past(on: str, state: str) -> bool:
    """Whether a case in the state has the milestone behind it."""
    return {"creation": state != "cancelled", "resolution": state in {"resolved", "closed"}}.get(on, state == "closed")


def take(world: World, name: str, entitlement: str) -> None:
    """One case, or the minutes so far, as far as there is something left."""
    it, ledger = world["entitlements"][entitlement], world["ledgers"][entitlement]
    need = 1 if it["unit"] == "cases" else 60 * world["minutes"].get(name, 0)
    if need == 0:
        return
    remaining = left(world, entitlement)
    got = need
    if remaining is not None and not it["overdraft"] and remaining < need:
        got = max(0, remaining)
    ledger.append(Taking(name, got, need - got))
    world["cases"][name]["claims"][entitlement] = {"on": it["on"], "units": got, "line": len(ledger)}


def give_back(world: World, name: str, entitlement: str) -> None:
    """The opposite of what was taken."""
    claim = world["cases"][name]["claims"].pop(entitlement)
    world["ledgers"][entitlement].append(Taking(name, -claim["units"], 0, claim["line"]))
