"""Commands about a case's links to records of other systems."""

from datetime import datetime
from typing import ClassVar

import attrs

from csmcore.errors import LimitExceeded
from csmcore.model.case_actions import Action
from csmcore.model.fields import MAX_TEXT, in_utc, is_id, is_short_id, is_text, one_of, optional, within
from csmcore.model.related_record import RECORD_CHANGES, RECORD_KINDS, RecordChange, RecordKind

__all__ = ["RECORD_TEXTS", "HearOfRecord", "LinkRecord", "UnlinkRecord"]

RECORD_TEXTS: tuple[str, ...] = ("state", "code", "cause", "reason", "text")
"""The fields of `HearOfRecord` that say something, in the order in which a work note has them."""

_MOST = MAX_TEXT - 1_000  # characters, so that the work note has room for what it says itself


def _fits_a_note(_: object, field: "attrs.Attribute[str]", value: str) -> None:
    """Text that a work note can hold besides its own words."""
    is_text(None, field, value)
    if len(value) > _MOST:
        raise LimitExceeded(field.name, "characters", _MOST)


@attrs.frozen(kw_only=True)
class LinkRecord:
    """Link the case to a record that is there: ``record`` is its id in its own system, which may be named.

    ``state`` and ``is_closed`` say how it stands, where that is known: a closed one blocks nothing.
    ``needs_workaround``: the case waits for the problem's workaround, and not only for its fix.
    """

    action: ClassVar[Action] = "link_record"

    kind: RecordKind | None = attrs.field(default=None, validator=optional(one_of(RECORD_KINDS)))
    record: str | None = attrs.field(default=None, validator=optional(is_short_id))
    system: str | None = attrs.field(default=None, validator=optional(is_id))
    state: str = attrs.field(default="", validator=is_text)
    is_closed: bool = False
    needs_workaround: bool = False


@attrs.frozen(kw_only=True)
class UnlinkRecord:
    """Take a link off the case, and say why. ``record`` is the record's key on the case, such as ``incident:INC1``."""

    action: ClassVar[Action] = "unlink_record"

    record: str | None = attrs.field(default=None, validator=optional(is_id))
    reason: str = attrs.field(default="", validator=_fits_a_note, repr=False)


@attrs.frozen(kw_only=True)
class HearOfRecord:
    """Say what happened to a linked record in its own system. ``record`` is its key on the case.

    ``state`` is the state it has there since, ``code`` and ``cause`` go with its resolution, ``reason`` with a hold or
    a cancellation; ``text`` is the comment, the notes, the workaround or the fix. ``at`` is when it happened there
    (None: now), ``sequence`` which of the record's updates it was, from 1, where its system counts them (0: it does
    not). An event that is delivered twice is heard once if the command's id derives from it and from the case, such as
    ``external:jira:10042/case-7``. Raises InvalidValue, LimitExceeded, NaiveDatetime.
    """

    action: ClassVar[Action] = "hear_of_record"

    record: str | None = attrs.field(default=None, validator=optional(is_id))
    change: RecordChange | None = attrs.field(default=None, validator=optional(one_of(RECORD_CHANGES)))
    state: str = attrs.field(default="", validator=is_text)
    code: str = attrs.field(default="", validator=is_text)
    cause: str = attrs.field(default="", validator=is_text, repr=False)
    reason: str = attrs.field(default="", validator=is_text, repr=False)
    text: str = attrs.field(default="", validator=is_text, repr=False)
    at: datetime | None = None
    sequence: int = attrs.field(default=0, validator=within(0, 1 << 53))

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC, and the texts together within one work note."""
        in_utc(self, "at")
        if sum(len(getattr(self, name)) for name in RECORD_TEXTS) > _MOST:
            raise LimitExceeded("text", "characters of all texts together", _MOST)
