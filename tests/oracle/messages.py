"""Where a message goes, on plain dicts: an oracle that shares no code with csmcore.

A world has ``cases`` by id, each a dict of ``number``, ``contact``, ``state``, ``closed_days`` (ago), ``window`` (days,
of its own policy), ``merged`` and ``next`` (ids of cases, or None); ``threads``, the cases that messages are known of;
``taken``, the case that the message of this sender went into before; ``own``, whether the desk sent it.
"""

from collections.abc import Iterator
from typing import Any

__all__ = ["expected"]

World = dict[str, Any]
Sent = dict[str, Any]

AGENTS, MACHINES, CUSTOMERS = {"ann"}, {"mon"}, {"eve", "ivy"}
IN_WORK = {"new", "open", "awaiting_info", "resolved"}


def has_part(who: str, case: dict[str, Any], by_number: bool) -> bool:  # noqa: FBT001 - one of two ways
    """Customers in their own cases, agents in all; machines where a thread leads them."""
    return who == case["contact"] or who in AGENTS or (who in MACHINES and not by_number)


def may_comment(who: str, case: dict[str, Any]) -> bool:
    """In work, anybody who has part; within the window, the customer, which reopens it."""
    if case["state"] == "closed":
        return who == case["contact"] and case["window"] > 0 and case["closed_days"] <= case["window"]
    return case["state"] in IN_WORK


def may_follow(case: dict[str, Any]) -> bool:
    """Cancelled, or closed for longer than the case's own policy lets one reopen it."""
    return case["state"] == "cancelled" or (case["state"] == "closed" and case["closed_days"] > case["window"])


def ways(world: World, sent: Sent) -> Iterator[tuple[list[str], bool]]:
    """The cases that each thing in the message leads to, in order, and whether by a number."""
    names = [sent["in_reply_to"]] if sent["in_reply_to"] else []
    names += sent["references"][::-1]
    names.append(sent["id"])
    for name in names:
        yield list(world["threads"].get(name, ())), False
    for number in sent["numbers"]:
        yield [name for name, case in world["cases"].items() if case["number"] == number], True


def end_of(cases: World, who: str, start: str, by_number: bool) -> tuple[str, str] | None:  # noqa: FBT001 - one of two
    """Where one case leads: to a comment on the first that takes it, a follow-up of the last of theirs, or nowhere."""
    trail: list[str] = []
    ahead: list[str | None] = [start]
    while True:
        theirs = [n for n in ahead if n in cases and n not in trail and has_part(who, cases[n], by_number)]
        if not theirs:
            break
        trail.append(str(theirs[0]))
        last = cases[trail[-1]]
        if not last["merged"] and may_comment(who, last):
            return "comment", trail[-1]
        ahead = [last["merged"], last["next"]]
    return ("follow_up", trail[-1]) if trail and may_follow(cases[trail[-1]]) else None


def expected(world: World, sent: Sent, who: str) -> tuple[str, str | None]:
    """What becomes of it, and of which case; ``refused`` with the codes, sorted and joined."""
    cases = world["cases"]
    is_inside = who not in CUSTOMERS
    mine = {name for name, case in cases.items() if is_inside or has_part(who, case, by_number=False)}
    if world["taken"] in mine:
        return "duplicate", world["taken"]
    wrong = ["automatic_message"] if sent["automatic"] else []
    if world["own"] and (is_inside or mine & set(world["threads"].get(sent["id"], ()))):
        wrong.append("own_message")
    wrong += ["sender_blocked"] if world["blocked"] else []
    wrong += [] if sent["text"] or sent["title"] else ["nothing_to_say"]
    if wrong:
        return "refused", " ".join(wrong)
    for starts, by_number in ways(world, sent):
        ends = [end for start in starts if (end := end_of(cases, who, start, by_number)) is not None]
        if ends:
            ends.sort(key=lambda end: end[0] == "follow_up")
            return ends[0] if sent["text"] else ("refused", "nothing_to_say")
    return "open", None
