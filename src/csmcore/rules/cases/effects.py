"""What each action does to a case, once the table allows it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from csmcore.model import Action, Reason, Refusal
from csmcore.rules.cases.blocking import BLOCKING, nothing_to_resolve
from csmcore.rules.cases.closing import ENDING
from csmcore.rules.cases.escalating import ESCALATING
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.steps import Step
from csmcore.rules.cases.working import WORKING
from csmcore.rules.records.records import LINKING, full_of_records, no_records
from csmcore.rules.relatives.major import MAJOR, full_family, unacceptable, unproposable, unrejectable
from csmcore.rules.relatives.merging import MERGING, unmergeable
from csmcore.rules.relatives.propagating import PROPAGATING, no_parent
from csmcore.rules.tasks.tasks import TASKS, full_of_tasks, no_task_to
from csmcore.rules.tasks.working_time import TIME

__all__ = ["EFFECTS", "STANDING"]

EFFECTS: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {**WORKING, **ENDING, **BLOCKING, **MAJOR, **MERGING, **PROPAGATING, **LINKING, **TASKS, **TIME, **ESCALATING}
)
"""By the command's action. An effect that depends on what the command says may still refuse."""

STANDING: Mapping[Action, Callable[[Moment], Iterable[Reason]]] = MappingProxyType(
    {
        "resolve_blocker": nothing_to_resolve,
        "add_task": full_of_tasks,
        "update_task": partial(no_task_to, "update_task"),
        "close_task": partial(no_task_to, "close_task"),
        "cancel_task": partial(no_task_to, "cancel_task"),
        "link_record": full_of_records,
        "unlink_record": no_records,
        "hear_of_record": no_records,
        "propose_major_case": unproposable,
        "accept_major_case": unacceptable,
        "reject_major_case": unrejectable,
        "add_children": full_family,
        "follow_parent": no_parent,
        "merge_case": unmergeable,
    }
)
"""What stands in the way of an action, whatever its command says. Law: where something does, its effect refuses."""
