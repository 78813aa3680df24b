"""The conditions on a case that rows of the table name: none in its way, or the reason why it may not be done now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from csmcore.model import Case, Reason, SupportPolicy
from csmcore.rules.cases.timing_out import auto_close_at, reminders_due
from csmcore.rules.cases.transitions import Guard

__all__ = ["GUARDS"]


def _within_reopen_window(case: Case, policy: SupportPolicy, now: datetime) -> Reason | None:
    """Up to N times 24 hours after it was closed, inclusive; 0 days are none at all."""
    days = policy.reopen_window_days
    if days and case.closed_at is not None and now <= case.closed_at + timedelta(days=days):
        return None
    return Reason("reopen_window_over", "the case is closed for good; open a follow-up", ("closed_at",))


def _outside_reopen_window(case: Case, policy: SupportPolicy, now: datetime) -> Reason | None:
    if _within_reopen_window(case, policy, now) is not None:
        return None
    return Reason("reopen_instead", "the case can still be reopened; reopen it", ("closed_at",))


def _auto_close(case: Case, policy: SupportPolicy, now: datetime) -> Reason | None:
    """The case may close by itself; when, the policy says, or the host where it says nothing."""
    if not case.auto_close:
        return Reason("auto_close_off", f"the case does not close by itself{_cause(case)}", ("auto_close",))
    close_at = auto_close_at(case, policy)
    if close_at is not None and now < close_at:
        return Reason("not_due", f"the case closes by itself at {close_at.isoformat()}", ("auto_close_from",))
    return None


def _cause(case: Case) -> str:
    """What keeps a case from closing by itself, as far as the case knows."""
    if case.is_auto_close_exempt:
        return ": an agent has exempted it"
    if case.needs_attention:
        return ": it needs attention"
    return ": it is escalated" if case.escalation is not None and case.escalation.is_open else ""


def _reminder_due(case: Case, policy: SupportPolicy, now: datetime) -> Reason | None:
    if reminders_due(case, policy, now) > case.auto_close_reminders:
        return None
    return Reason("not_due", "no reminder is due", ("auto_close_reminders",))


def _survey_open(case: Case, _: SupportPolicy, __: datetime) -> Reason | None:
    if not case.survey_requested:
        return Reason("no_survey", "nobody was asked how it went", ("survey_requested",))
    if case.satisfaction is not None:
        return Reason("survey_answered", "it was answered already", ("satisfaction",))
    return None


def _no_open_blockers(case: Case, policy: SupportPolicy, _: datetime) -> Reason | None:
    if policy.cases.on_open_blockers == "forbid" and case.is_blocked:
        held = (key for key, blocker in case.blockers.items() if blocker.is_active and not blocker.is_customers)
        text = f"the case still waits for {', '.join(held)}; resolve its blockers first"
        return Reason("still_blocked", text, ("blockers",))
    return None


def _is_major_case(case: Case, _: SupportPolicy, __: datetime) -> Reason | None:
    if case.major_case_state == "accepted":
        return None
    return Reason("no_major_case", "the case is no major case", ("major_case_state",))


def _is_proposed_major_case(case: Case, _: SupportPolicy, __: datetime) -> Reason | None:
    if case.major_case_state == "proposed":
        return None
    return Reason("not_proposed", "the case is not proposed as a major case", ("major_case_state",))


GUARDS: Mapping[Guard, Callable[[Case, SupportPolicy, datetime], Reason | None]] = MappingProxyType(
    {
        "within_reopen_window": _within_reopen_window,
        "outside_reopen_window": _outside_reopen_window,
        "auto_close": _auto_close,
        "reminder_due": _reminder_due,
        "survey_open": _survey_open,
        "no_open_blockers": _no_open_blockers,
        "is_major_case": _is_major_case,
        "is_proposed_major_case": _is_proposed_major_case,
    }
)
"""What a row's ``only_if`` asks: None where it holds, or the reason why it does not."""
