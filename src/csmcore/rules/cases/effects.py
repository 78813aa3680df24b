"""What each action does to a case, once the table allows it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from csmcore.model import Action, Refusal
from csmcore.rules.cases.blocking import BLOCKING
from csmcore.rules.cases.closing import ENDING
from csmcore.rules.cases.escalating import ESCALATING
from csmcore.rules.cases.major import MAJOR
from csmcore.rules.cases.merging import MERGING
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.propagating import PROPAGATING
from csmcore.rules.cases.records import LINKING
from csmcore.rules.cases.steps import Step
from csmcore.rules.cases.tasks import TASKS
from csmcore.rules.cases.working import WORKING
from csmcore.rules.cases.working_time import TIME

__all__ = ["EFFECTS"]

EFFECTS: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {**WORKING, **ENDING, **BLOCKING, **MAJOR, **MERGING, **PROPAGATING, **LINKING, **TASKS, **TIME, **ESCALATING}
)
"""By the command's action. An effect that depends on what the command says may still refuse."""
