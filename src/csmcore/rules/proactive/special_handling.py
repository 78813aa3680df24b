"""Special handling notes: which show on a case, when they wake and expire, and who may write them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TypeAlias

import attrs

from csmcore.calendars import WallClock, as_utc
from csmcore.conditions import Record, compile_condition, sentence
from csmcore.errors import shown
from csmcore.model import (
    Actor,
    Case,
    CaseFacts,
    HandlingSource,
    HandlingStatus,
    HiddenNote,
    Reason,
    Refusal,
    SpecialHandlingNote,
    SpecialHandlingNoteId,
    SupportPolicy,
    Surfaced,
    SurfacedNote,
)
from csmcore.rules.cases.parties import is_agent

__all__ = [
    "create_handling_note",
    "delete_handling_note",
    "handling_note_on",
    "handling_notes",
    "handling_status_on",
    "update_handling_note",
]

_About: TypeAlias = Mapping[HandlingSource, tuple[str | None, ...]]

_MANAGERS = frozenset({"manager", "admin"})
_NOT_A_MANAGER = Reason("not_a_manager", "managers create and delete handling notes", ())
_NOT_AN_AGENT = Reason("not_an_agent", "handling notes are for agents to change", ())
_EXPIRES_BY_ITSELF = Reason("expires_by_itself", "a note expires on its day; set the day, not the status", ("status",))
_DEACTIVATED = Reason("note_deactivated", "somebody deactivated it", ("status", "deactivated_by_hand"))
_INACTIVE = Reason("note_inactive", "it is inactive, and has no day on which to wake", ("status", "effective_on"))
_STAYS = ("id", "created_by")


# --- on a case -------------------------------------------------------------------------------------------------------


def handling_notes(  # noqa: PLR0913, PLR0917 - the record has what conditions ask, the case what notes are on
    case: Case,
    record: Record,
    facts: CaseFacts,
    notes: Iterable[SpecialHandlingNote],
    policy: SupportPolicy,
    now: datetime,
) -> Surfaced:
    """Which of the notes show on the case, why, and why the others do not.

    ``record`` are the fields of the case's latest revision, ``facts`` those of the case: of its asset a note on the
    model shows too. Each note is taken as `handling_status_on` has it today: the daily job may be late, or may not run
    at all. Laws: the order of the notes is of no matter, and one that goes away changes nothing about the others.
    Raises NaiveDatetime.
    """
    now = as_utc(now)
    about = _about(case, facts)
    surfaced, hidden = [], []
    for note in sorted(notes, key=lambda note: (note.priority, note.id)):
        fits, reason = _fit(note, about, record)
        reasons = (*(() if fits else (reason,)), *_not_now(note, policy, now))
        if reasons:
            hidden.append(HiddenNote(note=note, reasons=reasons))
        else:
            surfaced.append(SurfacedNote(note=note, reason=reason))
    return Surfaced(case=case.id, at=now, notes=tuple(surfaced), hidden=tuple(hidden))


def _about(case: Case, facts: CaseFacts) -> _About:
    """The records that the case is about; a model is the case's own, or its asset's."""
    asset = facts.asset
    model = asset.product_model if asset is not None and asset.id == case.asset else None
    return {
        "account": (case.account,),
        "contact": (case.contact,),
        "consumer": (case.consumer,),
        "product": (case.product, model),
        "asset": (case.asset,),
        "case": (case.id,),
    }


def _fit(note: SpecialHandlingNote, about: _About, record: Record) -> tuple[bool, Reason]:
    """Whether a note is about the case, and what says so."""
    if note.when is not None:
        if compile_condition(note.when)(record, None):
            return True, Reason("note_condition_met", f"of the case holds: {sentence(note.when)}", ("when",))
        return False, Reason("note_condition_not_met", f"of the case holds not: {sentence(note.when)}", ("when",))
    on = getattr(note, note.source)
    if on in about[note.source]:
        return True, Reason("note_on_record", f"it is on {note.source} {on}, which the case has", (note.source,))
    return False, Reason("note_on_another", f"it is on {note.source} {on}, which the case has not", (note.source,))


def _not_now(note: SpecialHandlingNote, policy: SupportPolicy, now: datetime) -> Iterator[Reason]:
    day = WallClock(note.timezone or policy.timezone).reading(now).date()
    status = handling_status_on(note, day)
    if status == "expired":
        is_past = note.expires_on is not None and note.expires_on < day
        text = f"it expired after {note.expires_on}" if is_past else "it expired"
        yield Reason("note_expired", text, ("status", "expires_on"))
    elif note.deactivated_by_hand:
        yield _DEACTIVATED
    elif note.effective_on is not None and day < note.effective_on:
        yield Reason("note_not_yet_effective", f"it begins on {note.effective_on}", ("effective_on",))
    elif status == "inactive":
        yield _INACTIVE


# --- day by day ------------------------------------------------------------------------------------------------------


def handling_status_on(note: SpecialHandlingNote, day: date) -> HandlingStatus:
    """What the daily job makes of the note's status on a day of its zone (ServiceNow's, and our choice by hand).

    First what is past its last day expires, active or not; then what is inactive wakes on its first day, unless
    somebody deactivated it. Law: days that the job missed change nothing about what it makes of a later one.
    """
    if note.expires_on is not None and note.expires_on < day:
        return "expired"
    waits = note.status == "inactive" and not note.deactivated_by_hand
    return "active" if waits and note.effective_on is not None and note.effective_on <= day else note.status


def handling_note_on(note: SpecialHandlingNote, day: date) -> SpecialHandlingNote:
    """The note as the daily job leaves it on a day: itself, where nothing is due."""
    status = handling_status_on(note, day)
    return note if status == note.status else attrs.evolve(note, status=status)


# --- by hand ---------------------------------------------------------------------------------------------------------


def create_handling_note(
    note: SpecialHandlingNote, actor: Actor, known: Collection[SpecialHandlingNoteId] = ()
) -> SpecialHandlingNote | Refusal:
    """The new note, created by the actor, or every reason why not: managers do, under an id that is free."""
    taken = Reason("note_exists", f"{shown(note.id)}: there is such a note", ("id",))
    reasons = (*_not_a_manager(actor), *((taken,) if note.id in known else ()))
    return Refusal(reasons) if reasons else attrs.evolve(note, created_by=actor.id)


def update_handling_note(
    note: SpecialHandlingNote, revised: SpecialHandlingNote, actor: Actor, day: date
) -> SpecialHandlingNote | Refusal:
    """The note as it was ``revised``, as of a day of its zone, or every reason why not: agents do.

    An active note that is made inactive is deactivated by hand, until somebody makes it active. An expired one that may
    show longer wakes on its first day. The id and who created it stay.
    """
    changed = tuple(name for name in _STAYS if getattr(note, name) != getattr(revised, name))
    over = revised.expires_on is not None and revised.expires_on < day
    reasons = [] if is_agent(actor) else [_NOT_AN_AGENT]
    if changed:
        reasons.append(Reason("note_identity", f"of a note {' and '.join(changed)} stay as they are", changed))
    if revised.status == "expired" and note.status != "expired":
        reasons.append(_EXPIRES_BY_ITSELF)
    if revised.status == "active" and note.status != "active" and over:
        text = f"it expired after {revised.expires_on}; give it a later day"
        reasons.append(Reason("note_over", text, ("status", "expires_on")))
    return Refusal(tuple(reasons)) if reasons else handling_note_on(_rewritten(note, revised, over=over), day)


def delete_handling_note(note: SpecialHandlingNote, actor: Actor) -> SpecialHandlingNote | Refusal:
    """The note that is to be deleted, or why not: managers do."""
    reasons = _not_a_manager(actor)
    return Refusal(reasons) if reasons else note


def _rewritten(note: SpecialHandlingNote, revised: SpecialHandlingNote, *, over: bool) -> SpecialHandlingNote:
    """The revised note, with what follows for its status."""
    if revised.status == "expired" and not over:
        waits = revised.deactivated_by_hand or revised.effective_on is not None
        return attrs.evolve(revised, status="inactive" if waits else "active")
    by_hand = note.status == "active" and revised.status == "inactive"
    return attrs.evolve(revised, deactivated_by_hand=revised.deactivated_by_hand or by_hand)


def _not_a_manager(actor: Actor) -> tuple[Reason, ...]:
    return () if actor.roles & _MANAGERS else (_NOT_A_MANAGER,)
