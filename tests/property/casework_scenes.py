"""What people say in random lives of cases: mostly what fits, now and then what does not."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.oracle.casework_effects import World
from tests.oracle.lifecycle_model import Model

__all__ = ["content_of", "has_what_it_takes"]

UPDATES: tuple[Mapping[str, Any], ...] = (
    {"category": "machines"},
    {"impact": 1, "urgency": 2},
    {"urgency": 3, "impact": 3, "category": ""},
    {"impact": None},
    {"needs_attention": False},
    {"needs_attention": False},
    {"needs_attention": True},
    {"informed_users": ("eve", "ann")},
    {"informed_users": ("req", "bob")},
    {"share_resolution_notes": True},
    {"auto_close": False},
    {"auto_close": True},
)
RECORDS = ("incident", "problem", "problem", "change", "request", "work_order", "knowledge")
CHANGES: tuple[Mapping[str, Any], ...] = (
    {"change": "comment", "text": "On it."},
    {"change": "state", "state": "in progress"},
    {"change": "state", "state": "in progress", "sequence": 3},
    {"change": "closed", "text": "done"},
    {"change": "closed", "text": "done", "sequence": 2},
    {"change": "closed"},
    {"change": "cancelled", "reason": "not needed"},
    {"change": "workaround", "text": "Restart it."},
    {"change": "fix", "text": "A patch."},
    {"change": "resolved", "code": "fixed", "text": "done"},
    {"change": "on_hold", "reason": "parts"},
    {"change": "updated", "text": "new pictures"},
    {"change": "closed", "cause": "old age"},
)
TASKS: tuple[Mapping[str, Any], ...] = (
    {},
    {"assigned_to": "tom", "assignment_group": "floor"},
    {"assigned_to": "bob", "blocks_case": True},
    {"assignment_group": "floor", "visible_to_customer": True},
    {"assigned_to": "emil", "work_notes_list": ("ann", "bob"), "priority": 1},
)
TASK_CHANGES: tuple[Mapping[str, Any], ...] = (
    {"assigned_to": "tom"},
    {"assigned_to": None},
    {"assignment_group": "board"},
    {"priority": 2, "visible_to_customer": True},
    {"subject": "Order two fuses"},
)
REASONS = ("inactivity", "lack_of_progress", "customer_deadline")


def content_of(rng: Random, action: str, world: World, case: Model, letters: str) -> dict[str, Any]:
    """What a command says, to a case as it is, by somebody with these letters; a tenth lacks something."""
    if action not in CONTENTS:
        return {}
    content = dict(CONTENTS[action](rng, world, case, letters))
    roll = rng.random()
    if content and roll < 0.06:
        del content[rng.choice([*content])]
    elif content and roll < 0.1:
        texts = [name for name, value in content.items() if name in BLANKABLE and isinstance(value, str)]
        if texts and (action, texts[0]) not in NAMED:
            content[texts[0]] = " "
    return content


def has_what_it_takes(action: str, case: Model) -> bool:
    """Whether the case has anything that the action could be about."""
    needs = {
        **dict.fromkeys(("update_task", "close_task", "cancel_task"), case["tasks"]),
        **dict.fromkeys(("unlink_record", "hear_of_record"), case["records"]),
        "resolve_blocker": any(active for _, active in case["blockers"].values()),
        "follow_parent": case["parent"],
        "propose_major_case": not case["parent"] and case["major_case_state"] in {None, "rejected"},
    }
    return bool(needs.get(action, True))


BLANKABLE = ("text", "comment", "notes", "reason", "justification", "business_impact", "note")
NAMED = {(action, "reason") for action in ("add_blocker", "request_escalation", "update_escalation")}


def assign(rng: Random, *_: Any) -> Mapping[str, Any]:
    """To somebody, or a group, or both."""
    return rng.choice(
        ({"group": "floor"}, {"user": "ann"}, {"user": "bob"}, {"group": "tier-2", "user": "mia"}, {"user": "amy"})
    )


def update(rng: Random, world: World, _: Model, __: str) -> Mapping[str, Any]:
    """Fields of the form; whose child it is."""
    if rng.random() < 0.25:
        majors = [case["id"] for case in world["cases"].values() if case["major_case_state"] == "accepted"]
        return {"changes": {"parent": rng.choice([None, "CS9999999", *world["cases"], *majors, *majors])}}
    return {"changes": rng.choice((*UPDATES, *UPDATES, {}))}


def propose(rng: Random, *_: Any) -> Mapping[str, Any]:
    """A solution."""
    more = rng.choice(({}, {"share": True, "cause": "off"}, {"share": False}))
    return {"code": "fixed", "notes": "Turned it on.", **more}


def close(rng: Random, *_: Any) -> Mapping[str, Any]:
    """An end, with words or without."""
    return rng.choice(({"code": "duplicate", "notes": "See CS0."}, {"code": "duplicate", "notes": "See CS0."}, {}))


def block(rng: Random, _: World, case: Model, __: str) -> Mapping[str, Any]:
    """Something that the case waits for."""
    record = rng.choice([None, "incident:NONE", *case["tasks"], *case["records"]])
    reason = rng.choice(("other", "other", "task_resolution", "problem_workaround", "customer_information"))
    return {"reason": reason, "text": "parts", **({"record": record} if record else {})}


def unblock(rng: Random, _: World, case: Model, __: str) -> Mapping[str, Any]:
    """What is waited for no longer."""
    active = [key for key, (_, waits) in case["blockers"].items() if waits]
    return {"blocker": rng.choice(active or [*case["blockers"], "nothing"])}


def task(rng: Random, case: Model) -> str:
    """One of the case's, or none there is."""
    still = [key for key, one in case["tasks"].items() if one["state"] == "open"]
    return rng.choice([*still, *still, *still, *case["tasks"], "CSTASK-NONE"])


def add_task(rng: Random, _: World, case: Model, __: str) -> Mapping[str, Any]:
    """A task, which may wait for others."""
    waits = tuple(rng.sample([*case["tasks"]], min(len(case["tasks"]), rng.choice((0, 0, 1, 2)))))
    return {"subject": "Order a fuse", "depends_on": waits, **rng.choice(TASKS)}


def update_task(rng: Random, _: World, case: Model, __: str) -> Mapping[str, Any]:
    """Other values."""
    waits = {"depends_on": tuple(rng.sample([*case["tasks"]], min(len(case["tasks"]), 1)))}
    named = task(rng, case)
    changes = rng.choice((*TASK_CHANGES, waits))
    return {"task": named, "changes": {} if changes.get("depends_on") == (named,) else changes}


def log_time(rng: Random, _: World, case: Model, __: str) -> Mapping[str, Any]:
    """Time on the case, or on a task."""
    on = {"task": task(rng, case)} if rng.random() < 0.6 else {}
    return {"seconds": rng.choice((60, 900)), **on, **rng.choice(({}, {}, {"user": "tom"}))}


def link(rng: Random, *_: Any) -> Mapping[str, Any]:
    """A record elsewhere."""
    kind = rng.choice(RECORDS)
    more = rng.choice(({}, {}, {"is_closed": True}, {"needs_workaround": True}, {"state": "new", "system": "monitor"}))
    return {"kind": kind, "record": rng.choice(("A1", "A2")), **more}


def record(rng: Random, case: Model) -> str:
    """One that the case is linked to, or none."""
    return rng.choice([*case["records"], *case["records"], *case["records"], "incident:NONE"])


def escalate(rng: Random, _: World, __: Model, letters: str) -> Mapping[str, Any]:
    """A request; customers give a reason and say why."""
    said = {"reason": rng.choice(REASONS), "justification": "nobody looks"}
    if "C" in letters and rng.random() < 0.9:
        return said
    return {**said, "template": rng.choice(("up", "up", "now", "none")), **rng.choice(({}, {"severity": "high"}))}


def update_escalation(rng: Random, *_: Any) -> Mapping[str, Any]:
    """How it goes on."""
    return rng.choice(({"severity": "high"}, {"trend": "same"}, {"watch_list": ("bob",)}, {"reason": "inactivity"}, {}))


def recipients(rng: Random, *_: Any) -> Mapping[str, Any]:
    """Those who are to have a child."""
    accounts = tuple(rng.sample(["acme", "bolt", "cord"], rng.choice((0, 1, 1, 2)))) + rng.choice(
        ((), (), (), ("nobody",))
    )
    consumers = rng.choice(((), ("ines",)))
    return {"accounts": accounts, "consumers": consumers, "comment": rng.choice(("", "We are at it."))}


def follow(rng: Random, world: World, case: Model, _: str) -> Mapping[str, Any]:
    """What a parent did, or another case."""
    parent = case["parent"] or rng.choice([*world["cases"]])
    news: tuple[Mapping[str, Any], ...] = (
        {"priority": 2},
        {"comment": "We know."},
        {"note": "Hold on."},
        {"state": "open"},
        {"state": "awaiting_info"},
        {"state": "resolved", "code": "fixed", "notes": "All of them."},
        {"state": "resolved", "code": "fixed"},
        {"state": "closed", "code": "fixed", "notes": "All of them."},
        {"state": "cancelled"},
    )
    return {"parent": parent, **rng.choice(news)}


def merge(rng: Random, world: World, case: Model, letters: str) -> Mapping[str, Any]:
    """Into one of the same customer's, as a rule."""
    if "S" in letters:
        return {"duplicate": "CS0000000", "informed_users": ("eve",)}
    whose = ("account", "consumer", "contact", "requested_by")
    same = [one["id"] for one in world["cases"].values() if all(one[name] == case[name] for name in whose)]
    return {"into": rng.choice([*same, *same, *world["cases"], "CS9999999"])}


def always(content: Mapping[str, Any]) -> Callable[..., Mapping[str, Any]]:
    """The same, whoever says it."""
    return lambda *_: content


CONTENTS: Mapping[str, Callable[[Random, World, Model, str], Mapping[str, Any]]] = {
    "assign_case": assign,
    "request_info": always({"comment": "Which model?"}),
    "add_comment": always({"text": "Any news?"}),
    "add_work_note": always({"text": "Smells of oil."}),
    "update_case": update,
    "override_priority": lambda rng, *_: {"priority": rng.randint(1, 4), "reason": "the plant"},
    "propose_solution": propose,
    "reject_solution": always({"reason": "It stopped again."}),
    "close_case": close,
    "cancel_case": always({"reason": "spam"}),
    "reopen_case": lambda rng, *_: rng.choice(({"comment": "It is back."}, {})),
    "answer_survey": lambda rng, *_: {"score": rng.randint(1, 5), "comment": "Quick."},
    "add_blocker": block,
    "resolve_blocker": unblock,
    "add_task": add_task,
    "update_task": update_task,
    "close_task": lambda rng, _, case, __: {"task": task(rng, case), "notes": "done"},
    "cancel_task": lambda rng, _, case, __: {"task": task(rng, case), "reason": "not needed"},
    "log_time": log_time,
    "link_record": link,
    "unlink_record": lambda rng, _, case, __: {"record": record(rng, case), "reason": "another one's"},
    "hear_of_record": lambda rng, _, case, __: {"record": record(rng, case), **rng.choice(CHANGES)},
    "request_escalation": escalate,
    "decline_escalation": always({"reason": "too early"}),
    "deescalate": always({"justification": "it runs again"}),
    "update_escalation": update_escalation,
    "propose_major_case": always({"business_impact": "all plants", "note": "the third today"}),
    "reject_major_case": always({"reason": "only here"}),
    "add_children": recipients,
    "follow_parent": follow,
    "hear_of_child": lambda rng, world, *_: {"child": rng.choice([*world["cases"]])},
    "merge_case": merge,
}
"""What is said, by the action. Those that are not here have nothing to say."""
