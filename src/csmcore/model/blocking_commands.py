"""Commands about what keeps a case from going on."""

from typing import ClassVar

import attrs

from csmcore.model.blocking import BLOCKER_REASONS, BlockerReason
from csmcore.model.case_actions import Action
from csmcore.model.fields import is_id, is_text, one_of, optional

__all__ = ["AddBlocker", "ResolveBlocker"]


@attrs.frozen(kw_only=True)
class AddBlocker:
    """Say what the case waits for. ``record`` is the key of a task or a related record of the case."""

    action: ClassVar[Action] = "add_blocker"

    reason: BlockerReason | None = attrs.field(default=None, validator=optional(one_of(BLOCKER_REASONS)))
    record: str | None = attrs.field(default=None, validator=optional(is_id))
    text: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class ResolveBlocker:
    """Say that something blocks the case no longer, by its key on the case."""

    action: ClassVar[Action] = "resolve_blocker"

    blocker: str | None = attrs.field(default=None, validator=optional(is_id))
