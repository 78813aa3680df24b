"""Two states of a case's clocks compared, cycle by cycle."""

import attrs

from csmcore.model import ClockChange, SlaClock, SlaDifference, SlaState

__all__ = ["difference"]

_FIELDS = tuple(field.name for field in attrs.fields(SlaClock) if field.name not in {"definition", "cycle"})


def difference(before: SlaState, after: SlaState) -> SlaDifference:
    """What is not the same: cycles that are gone or new, and fields of those that are in both.

    The states may be of two policies, of two instants, or of a history as it was and as it was corrected; nothing is
    changed by asking. Law: it is empty exactly where the two have the same clocks, and turned round where they are.

    >>> difference(SlaState(), SlaState())
    SlaDifference(removed=(), added=(), changed=())
    """
    old = {(clock.definition, clock.cycle): clock for clock in before.clocks}
    new = {(clock.definition, clock.cycle): clock for clock in after.clocks}
    return SlaDifference(
        removed=tuple(clock for key, clock in old.items() if key not in new),
        added=tuple(clock for key, clock in new.items() if key not in old),
        changed=tuple(
            ClockChange(clock.definition, clock.cycle, name, getattr(clock, name), getattr(new[key], name))
            for key, clock in old.items()
            if key in new
            for name in _FIELDS
            if getattr(clock, name) != getattr(new[key], name)
        ),
    )
