"""Where a message goes, on plain dicts: an oracle that shares no code with csmcore.

A world has ``cases`` by id, each a dict of ``number``, ``contact``, ``state``, ``closed_days`` (ago), ``window`` (days,
of its own policy), ``merged`` and ``next`` (ids of cases, or None); ``threads``, the cases that messages are known of;
``window``, that of the current policy; ``taken``, the case that the message went into before.
"""

from collections.abc import Iterator
from typing import Any

__all__ = ["expected"]

World = dict[str, Any]
Sent = dict[str, Any]

AGENTS, MACHINES = {"ann"}, {"mon"}
IN_WORK = {"new", "open", "awaiting_info", "resolved"}


def has_part(who: str, case: dict[str, Any], by_number: bool) -> bool:  # noqa: FBT001 - one of two ways
    """Customers in their own cases, agents in all; machines where a thread leads them."""
    return who == case["contact"] or who in AGENTS or (who in MACHINES and not by_number)


def may_comment(who: str, case: dict[str, Any]) -> bool:
    """In work, anybody who has part; within the window, the customer, which reopens it."""
    if case["state"] == "closed":
        return who == case["contact"] and case["window"] > 0 and case["closed_days"] <= case["window"]
    return case["state"] in IN_WORK


def may_follow(case: dict[str, Any], window: int) -> bool:
    """Cancelled, or closed for longer than a new case's policy lets one reopen."""
    return case["state"] == "cancelled" or (case["state"] == "closed" and not 0 < case["closed_days"] <= window)


def ways(world: World, sent: Sent) -> Iterator[tuple[str, bool]]:
    """The cases that the message leads to, in order, and whether by a number."""
    names = [sent["in_reply_to"]] if sent["in_reply_to"] else []
    names += sent["references"][::-1]
    names.append(sent["id"])
    for name in names:
        for case in world["threads"].get(name, ()):
            yield case, False
    for number in sent["numbers"]:
        for name, case in world["cases"].items():
            if case["number"] == number:
                yield name, True


def expected(world: World, sent: Sent, who: str) -> tuple[str, str | None]:
    """What becomes of it, and of which case; ``refused`` with the codes, sorted and joined."""
    cases = world["cases"]
    if world["taken"] is not None:
        mine = world["taken"] in cases and (has_part(who, cases[world["taken"]], by_number=False) or who == "emil")
        return ("duplicate", world["taken"]) if mine else ("refused", "message_id_reused")
    wrong = ["automatic_message"] if sent["automatic"] else []
    wrong += ["own_message"] if world["own"] else []
    wrong += ["sender_blocked"] if world["blocked"] else []
    wrong += [] if sent["text"] or sent["title"] else ["nothing_to_say"]
    if wrong:
        return "refused", " ".join(wrong)
    for start, by_number in ways(world, sent):
        trail: list[str] = []
        name: str | None = start
        while name is not None and name in cases and name not in trail and has_part(who, cases[name], by_number):
            trail.append(name)
            name = cases[name]["merged"] or cases[name]["next"]
        said = [each for each in trail if not cases[each]["merged"] and may_comment(who, cases[each])]
        if not said and not (trail and may_follow(cases[trail[-1]], world["window"])):
            continue
        if not sent["text"]:
            return "refused", "nothing_to_say"
        return ("comment", said[0]) if said else ("follow_up", trail[-1])
    return "open", None
