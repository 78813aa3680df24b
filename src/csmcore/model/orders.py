"""Commands that follow from a decision: the same that people send, in the system's name."""

from hashlib import sha256
from typing import Final, Self

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.case_actions import Action
from csmcore.model.commands import Command
from csmcore.model.fields import is_id, optional
from csmcore.model.ids import CaseId, CommandId

__all__ = ["ORDER", "Order"]

ORDER: Final = "order:"
"""How the command ids of orders begin."""

_LONGEST = 180  # characters of a key that is its own name


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

    def __attrs_post_init__(self) -> None:
        """Refuse an action that is not the command's."""
        if self.action != self.command.action:
            raise InvalidValue("action", f"{shown(self.action)} is not its command's", f"write {self.command.action}")

    @classmethod
    def of(cls, command: Command, case: CaseId | None, key: str) -> Self:
        """The order to do this to a case; ``key`` says what asked for it, and which of its orders this is."""
        return cls(case=case, action=command.action, command=command, command_id=cls.id_of(key))

    @staticmethod
    def id_of(key: str) -> CommandId:
        """The command id of the order that this key names."""
        return CommandId(ORDER + (key if len(key) <= _LONGEST else sha256(key.encode()).hexdigest()))

    def __str__(self) -> str:
        """What is to be done, and to what."""
        return f"{self.action} {self.case or ''}".rstrip()
