"""Commands that follow from a decision: the same that people send, in the system's name."""

from typing import Self

import attrs

from csmcore.model.case_actions import Action
from csmcore.model.commands import Command
from csmcore.model.fields import is_id, optional
from csmcore.model.ids import CaseId, CommandId

__all__ = ["Order"]


@attrs.frozen(kw_only=True)
class Order:
    """A command to be sent once a decision is kept; ``case`` is None for one that opens a case.

    Its ``command_id`` derives from what asked for it, so that it is carried out once, however often it is sent. That it
    is refused is no failure: what asked for it stands.
    """

    case: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    action: Action
    command: Command
    command_id: CommandId = attrs.field(validator=is_id)

    @classmethod
    def of(cls, command: Command, case: CaseId | None, command_id: str) -> Self:
        """The order to do this to a case."""
        return cls(case=case, action=command.action, command=command, command_id=CommandId(command_id))

    def __str__(self) -> str:
        """What is to be done, and to what."""
        return f"{self.action} {self.case or ''}".rstrip()
