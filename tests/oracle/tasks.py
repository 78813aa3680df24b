"""A case's tasks as plain dicts: who may do what with them, and what comes of it. It shares no code with csmcore.

A world is a dict: the case's ``number`` and ``state``, its ``version``, its ``tasks`` by number, the numbers of those
it still ``waits`` for, whether it needs ``attention``, its ``customer``, whether its end ``takes`` open tasks with it,
the ``time`` that was entered, and the contributing ``users`` and ``groups``. Of the last command it has when it was,
who was ``told`` and what ``happened``.

Letters of an actor: ``W`` works on cases, ``I`` is inside, ``C`` is the customer's side, ``S`` and ``X`` are machines.
To a task somebody inside may also be ``A``, who it is assigned to, or ``M``, of its group.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

__all__ = ["ACTS", "CASE_GRID", "TASK_GRID", "Who", "World", "act", "end", "may", "new_world", "on_task"]

World = dict[str, Any]


class Who(NamedTuple):
    """An actor: their name, their letters, the groups that they are in."""

    name: str
    letters: str
    groups: tuple[str, ...] = ()


def read_grid(text: str) -> dict[tuple[str, str], str]:
    """Letters by row and column."""
    head, *rows = (line.split("|") for line in text.strip().splitlines())
    columns = [cell.strip() for cell in head[1:]]
    return {
        (row[0].strip(), column): cell.strip() for row in rows for column, cell in zip(columns, row[1:], strict=True)
    }


CASE_GRID = read_grid("""
action      | new | open | awaiting_info | resolved | closed | cancelled
add_task    | WSX | WSX  | WSX           | WSX      |        |
update_task | I   | I    | I             | I        |        |
close_task  | I   | I    | I             | I        | I      | I
cancel_task | I   | I    | I             | I        | I      | I
log_time    | I   | I    | I             | I        | I      |
""")
TASK_GRID = read_grid("""
action      | open | closed | cancelled
update_task | WAM  |        |
close_task  | WAM  |        |
cancel_task | WAM  |        |
log_time    | WAM  | WAM    |
""")
NEEDED = {
    "add_task": ("subject",),
    "update_task": ("task", "changes"),
    "close_task": ("task", "notes"),
    "cancel_task": ("task", "reason"),
    "log_time": ("seconds",),
}
PLAIN = {
    "description": "",
    "priority": 4,
    "assignment_group": None,
    "assigned_to": None,
    "visible_to_customer": False,
    "depends_on": (),
    "work_notes_list": (),
}


def new_world(number: str, customer: str, *, takes: bool) -> World:
    """A case right after its opening, without tasks."""
    world: World = {"number": number, "state": "new", "version": 1, "tasks": {}, "waits": set(), "attention": False}
    world |= {"customer": customer, "takes": takes, "time": [], "users": (), "groups": (), "told": [], "happened": []}
    return world


def on_task(task: Mapping[str, Any], who: Who) -> str:
    """The letters of somebody to a task."""
    if "I" not in who.letters:
        return ""
    mine = "A" if task["assigned_to"] == who.name else ""
    ours = "M" if task["assignment_group"] in who.groups else ""
    return ("W" if "W" in who.letters else "") + mine + ours


def may(world: World, action: str, number: str | None, who: Who) -> bool:
    """Whether the two tables let somebody do something, to a task or (None) to none."""
    if not set(CASE_GRID[action, world["state"]]) & set(who.letters):
        return False
    if action == "add_task":
        return True
    if number is None:
        return "W" in who.letters
    task = world["tasks"].get(number)
    return task is not None and bool(set(TASK_GRID[action, task["state"]]) & set(on_task(task, who)))


def act(world: World, action: str, content: Mapping[str, Any], who: Who, now: datetime) -> World | None:
    """The world after a command; None where it is refused."""
    if any(not content.get(name) or content[name] == " " for name in NEEDED[action]):
        return None
    if not may(world, action, content.get("task"), who):
        return None
    after = copy.deepcopy(world)
    after |= {"told": [], "happened": [], "now": now, "version": world["version"] + 1}
    if not ACTS[action](after, content, who):
        return None
    recount(after)
    return after


def end(world: World, state: str, who: Who, now: datetime) -> World:
    """The world after its case has ended: with its tasks, if it takes them along."""
    after = copy.deepcopy(world)
    after |= {"told": [], "happened": [], "now": now, "version": world["version"] + 1, "state": state}
    if world["takes"]:
        over = [task for task in after["tasks"].values() if task["state"] == "open"]
        for task in over:
            finish(after, task, "cancelled", "The case has ended.", who)
        people = list(dict.fromkeys(task["assigned_to"] for task in over if task["assigned_to"]))
        tell(after, "notify_users", people, who)
    recount(after)
    return after


def add(world: World, content: Mapping[str, Any], who: Who) -> bool:
    """A new task."""
    tasks = world["tasks"]
    blocks = content.get("blocks_case", False)
    if (
        set(content.get("depends_on", ())) - set(tasks)
        or len(tasks) == 200
        or (blocks and world["state"] == "resolved")
    ):
        return False
    number = f"CSTASK-{world['number']}-{len(tasks) + 1}"
    given = {name: value for name, value in content.items() if name != "blocks_case"}
    tasks[number] = {
        **PLAIN,
        **given,
        "number": number,
        "state": "open",
        "opened_at": world["now"],
        "opened_by": who.name,
    }
    tasks[number] |= {"ended_at": None, "ended_by": None, "notes": ""}
    world["happened"].append("task_added")
    if blocks:
        world["waits"].add(number)
        world["happened"].append("blocker_added")
    give(world, tasks[number], who)
    return True


def update(world: World, content: Mapping[str, Any], who: Who) -> bool:
    """Other values in a task's form."""
    task, changes = world["tasks"][content["task"]], content["changes"]
    if "depends_on" in changes:
        if set(changes["depends_on"]) - set(world["tasks"]):
            return False
        task["depends_on"] = changes["depends_on"]
        if task["number"] in reach(world["tasks"], task["number"]):
            return False
    had = (task["assignment_group"], task["assigned_to"])
    task.update(changes)
    if task["assignment_group"] not in {None, had[0]} and "assigned_to" not in changes:
        task["assigned_to"] = None
    world["happened"].append("task_updated")
    if had != (task["assignment_group"], task["assigned_to"]):
        give(world, task, who)
    return True


def reach(tasks: Mapping[str, Any], start: str) -> set[str]:
    """Everything that a task waits for, near and far, by growing the set until it grows no more."""
    found = set(tasks[start]["depends_on"])
    while True:
        more = found | {other for number in found for other in tasks[number]["depends_on"]}
        if more == found:
            return found
        found = more


def close(world: World, content: Mapping[str, Any], who: Who) -> bool:
    """A task that is done, unless another must be done first."""
    task = world["tasks"][content["task"]]
    if any(world["tasks"][other]["state"] == "open" for other in task["depends_on"]):
        return False
    over(world, task, "closed", content["notes"], who)
    return True


def cancel(world: World, content: Mapping[str, Any], who: Who) -> bool:
    """A task that is not to be done."""
    over(world, world["tasks"][content["task"]], "cancelled", content["reason"], who)
    return True


def over(world: World, task: dict[str, Any], state: str, notes: str, who: Who) -> None:
    """One task that ends, and who hears of it."""
    waited = task["number"] in world["waits"]
    finish(world, task, state, notes, who)
    if waited and world["state"] not in {"closed", "cancelled"}:
        world["attention"] = True
    tell(world, "notify_users", [task["assigned_to"]] if task["assigned_to"] else [], who)
    tell(world, "notify_work_notes_list", list(task["work_notes_list"]), who)
    if task["visible_to_customer"]:
        world["told"].append(("notify_customer", (world["customer"],)))


def finish(world: World, task: dict[str, Any], state: str, notes: str, who: Who) -> None:
    """A task as it is at its end; the case waits for it no longer."""
    task |= {"state": state, "notes": notes, "ended_at": world["now"], "ended_by": who.name}
    world["happened"].append(f"task_{state}")
    if task["number"] in world["waits"]:
        world["waits"].remove(task["number"])
        world["happened"].append("blocker_resolved")


def log(world: World, content: Mapping[str, Any], who: Who) -> bool:
    """Time that was worked."""
    user, now = content.get("user") or who.name, world["now"]
    if (user != who.name and "W" not in who.letters) or content.get("at", now) > now:
        return False
    entry = (user, content.get("task"), content["seconds"], content.get("at", now))
    world["time"].append(entry)
    world["happened"].append("time_logged")
    return True


def give(world: World, task: Mapping[str, Any], who: Who) -> None:
    """Whoever has a task now hears of it: the person, else the group."""
    if task["assigned_to"]:
        tell(world, "notify_users", [task["assigned_to"]], who)
    elif task["assignment_group"]:
        world["told"].append(("notify_group", (task["assignment_group"],)))


def tell(world: World, kind: str, people: list[str], who: Who) -> None:
    """These hear of it, but never who did it."""
    others = tuple(person for person in people if person != who.name or "I" not in who.letters)
    if others:
        world["told"].append((kind, others))


def recount(world: World) -> None:
    """Who contributes: those who have open tasks, with the groups of those tasks."""
    held = list(having(world))
    world["users"] = tuple(sorted({task["assigned_to"] for task in held}))
    world["groups"] = tuple(sorted({task["assignment_group"] for task in held if task["assignment_group"]}))


def having(world: World) -> Iterator[dict[str, Any]]:
    """The open tasks that somebody has."""
    for task in world["tasks"].values():
        if task["state"] == "open" and task["assigned_to"]:
            yield task


ACTS: Mapping[str, Callable[[World, Mapping[str, Any], Who], bool]] = {
    "add_task": add,
    "update_task": update,
    "close_task": close,
    "cancel_task": cancel,
    "log_time": log,
}
