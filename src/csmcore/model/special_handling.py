"""Special handling notes: what whoever works a case must know of its customer, or of what it is about."""

from datetime import date, datetime
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition, atoms_of, check
from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import in_utc, is_id, is_text, is_written, one_of, optional, within
from csmcore.model.ids import (
    AccountId,
    AssetId,
    CaseId,
    ConsumerId,
    ContactId,
    ProductModelId,
    SpecialHandlingNoteId,
)
from csmcore.model.periods import in_order, is_day, is_zone
from csmcore.model.reasons import Reason
from csmcore.model.rendering import escaped, html_table, instant_text, printable
from csmcore.model.schema import REVISION_SCHEMA

__all__ = ["HandlingSource", "HandlingStatus", "HiddenNote", "SpecialHandlingNote", "Surfaced", "SurfacedNote"]

HandlingStatus: TypeAlias = Literal["active", "inactive", "expired"]
HandlingSource: TypeAlias = Literal["account", "contact", "consumer", "product", "asset", "case", "condition"]

_RECORDS: tuple[HandlingSource, ...] = ("account", "contact", "consumer", "product", "asset", "case")
_TITLES = ("priority", "note", "shown", "because")


def _stands(_: object, field: "attrs.Attribute[Any]", condition: Condition) -> None:
    """A condition on how a case stands, which its schema does not contradict."""
    for found in check(condition, REVISION_SCHEMA):
        raise InvalidValue(f"{field.name}{found.path[1:]}", found.problem, found.hint)
    for atom in atoms_of(condition):
        if atom.op.startswith("changes") or atom.field.startswith("event."):
            problem = f"{shown(atom.field)} is asked about what happens, and a note shows on how a case stands"
            raise InvalidValue(field.name, problem, "ask about the case's fields as they are")


@attrs.frozen(kw_only=True)
class SpecialHandlingNote:
    """Something to heed, on one record (an account, a product, ...), or ``when`` a case is of some kind.

    On a product it is about every asset of that model too. It may show from ``effective_on`` to ``expires_on``, both
    included, by days of its ``timezone``, else of the policy's. Whether it shows is for `csmcore.rules.handling_notes`
    to say; ``status`` is as the daily job last left it. ``deactivated_by_hand`` keeps that job from waking it.
    Priority 1 comes first, ``pop_up`` asks to be shown at once. Raises InvalidValue, UnknownTimeZone.

    >>> SpecialHandlingNote(id="n1", title="Call before 16:00", account="acme", priority=2).source
    'account'
    """

    id: SpecialHandlingNoteId = attrs.field(validator=is_id)
    title: str = attrs.field(validator=is_written)
    text: str = attrs.field(default="", validator=is_text, repr=False)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    case: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    when: Condition | None = attrs.field(default=None, validator=optional(_stands))
    priority: int = attrs.field(default=4, validator=within(1, 4))
    status: HandlingStatus = attrs.field(default="active", validator=one_of(get_args(HandlingStatus)))
    deactivated_by_hand: bool = False
    effective_on: date | None = attrs.field(default=None, validator=optional(is_day))
    expires_on: date | None = attrs.field(default=None, validator=optional(is_day))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
    pop_up: bool = False
    created_by: str | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse a note on nothing or on several things, days in the wrong order, and one both active and not."""
        named = [name for name in (*_RECORDS, "when") if getattr(self, name) is not None]
        if len(named) != 1:
            problem = f"it is on {' and '.join(named)}" if named else "it is on nothing"
            raise InvalidValue(named[1] if named else "account", problem, "name one record, or say when")
        in_order(self, "effective_on", "expires_on")
        if self.deactivated_by_hand and self.status == "active":
            raise InvalidValue("deactivated_by_hand", "an active note is not deactivated", "set one of them")

    @property
    def source(self) -> HandlingSource:
        """What it comes to a case from."""
        return next((name for name in _RECORDS if getattr(self, name) is not None), "condition")


@attrs.frozen(kw_only=True)
class SurfacedNote:
    """A note that shows on a case, and what it comes from."""

    note: SpecialHandlingNote
    reason: Reason


@attrs.frozen(kw_only=True)
class HiddenNote:
    """A note that does not show on a case, and every reason why not."""

    note: SpecialHandlingNote
    reasons: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class Surfaced:
    """The notes that show on a case at an instant and those that do not, each by priority, then id.

    Printed it is text; a notebook shows a table. Neither has more of a note than its title.
    """

    case: CaseId
    at: datetime
    notes: tuple[SurfacedNote, ...]
    hidden: tuple[HiddenNote, ...]

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")

    @property
    def pop_ups(self) -> tuple[SpecialHandlingNote, ...]:
        """The notes to be shown at once."""
        return tuple(shown.note for shown in self.notes if shown.note.pop_up)

    def __str__(self) -> str:
        """The notes that show, then those that do not, with their reasons."""
        lines = [f"  {shows:<3} {rank}  {title}: {'; '.join(why)}" for rank, title, shows, why in self._rows()]
        return "\n".join(map(printable, (self._headline(), *lines)))

    def _repr_html_(self) -> str:
        return f"<p><b>{escaped(self._headline())}</b></p>{html_table(_TITLES, self._rows())}"

    def _headline(self) -> str:
        count = len(self.notes) + len(self.hidden)
        return f"{len(self.notes)} of {count} notes on {self.case}, {instant_text(self.at)}"

    def _rows(self) -> list[tuple[str, str, str, tuple[str, ...]]]:
        told: list[tuple[SpecialHandlingNote, str, tuple[Reason, ...]]] = [
            *((each.note, "yes", (each.reason,)) for each in self.notes),
            *((other.note, "no", other.reasons) for other in self.hidden),
        ]
        return [(str(note.priority), note.title, shows, tuple(map(str, why))) for note, shows, why in told]
