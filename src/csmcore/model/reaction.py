"""What a vendor wants done when a clock has something to say."""

from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition
from csmcore.errors import InvalidValue
from csmcore.model.escalation import ESCALATION_REASONS, EscalationReason
from csmcore.model.fields import is_id, is_ids, one_of, optional
from csmcore.model.ids import DefinitionId, GroupId, UserId

__all__ = ["Reaction", "ReactionTrigger"]

ReactionTrigger: TypeAlias = Literal["threshold_reached", "clock_breached"]


@attrs.frozen(kw_only=True)
class Reaction:
    """When a clock reaches a threshold or breaches, the system does what people could: by the same commands.

    ``definition`` and ``threshold`` (its label, such as ``75%``) narrow what it hears, ``when`` the cases. It escalates
    by a template and for a ``reason``, gives the case to a group or a user, tells users, or several of these. Clocks
    that speak because of what a reaction did are not reacted to: so it ends. Raises InvalidValue.
    """

    id: str = attrs.field(validator=is_id)
    on: ReactionTrigger = attrs.field(validator=one_of(get_args(ReactionTrigger)))
    definition: DefinitionId | None = attrs.field(default=None, validator=optional(is_id))
    threshold: str | None = attrs.field(default=None, validator=optional(is_id))
    when: Condition | None = None
    escalate: str | None = attrs.field(default=None, validator=optional(is_id))
    reason: EscalationReason = attrs.field(default="lack_of_progress", validator=one_of(ESCALATION_REASONS))
    assign_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assign_user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    notify: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)

    @threshold.validator
    def _of_a_threshold(self, field: "attrs.Attribute[Any]", threshold: str | None) -> None:
        if threshold is not None and self.on != "threshold_reached":
            raise InvalidValue(field.name, "a breach is at no threshold", "leave it out")

    def __attrs_post_init__(self) -> None:
        """Refuse a reaction that does nothing."""
        if not (self.escalate or self.assign_group or self.assign_user or self.notify):
            raise InvalidValue("escalate", "the reaction does nothing", "let it escalate, assign or notify")
