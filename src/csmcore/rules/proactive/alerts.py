"""What an alert leads to: a case for each customer whom it affects, a word on the one they have, or a major case.

Nothing here ends a case: that an alert is over is told; whether the customer's trouble is over is for people to say.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from csmcore.calendars import WallClock, as_utc
from csmcore.model import (
    AddWorkNote,
    AffectedCustomer,
    Alert,
    AlertDecision,
    AlertFacts,
    AlertOrder,
    Case,
    CaseId,
    CommandId,
    LeftOut,
    MajorCaseProposal,
    MajorRecipient,
    OpenCase,
    Order,
    ProactivePolicy,
    Reason,
    SupportPolicy,
    digest_of,
)
from csmcore.rules.cases.priority import grades_for
from csmcore.rules.proactive.affected import Standing, affected_by

__all__ = ["cases_for_alert"]

_Found: TypeAlias = AlertOrder | LeftOut | MajorCaseProposal
_Grades: TypeAlias = tuple[int | None, int | None]

_MAX_ID = 200  # characters of a command's id
_AHEAD = timedelta(minutes=1)  # by which a monitor's clock may be ahead of the desk's
_MAX_LISTED = 20  # things that a case's description names
_OPENS_NONE = Reason("alert_opens_no_case", "by the policy, alerts open no cases", ("opens_cases",))
_END_NOT_TOLD = Reason("alert_end_not_told", "by the policy, the end of an alert is not told", ("on_clear",))
_CLEARED_FIRST = Reason("alert_cleared_first", "the alert was cleared before there was a case", ("cleared_at",))
_HAS_CASE = Reason("alert_has_case", "the case was opened for it", ("raised_at",))
_CASE_ENDED = Reason("alert_case_ended", "the case for it has ended", ("state",))
_ON_MAJOR = Reason("alert_told_on_major", "it is told on the major case", ("parent",))
_MAJOR_ENDED = Reason("alert_major_ended", "the major case for it has ended", ("state",))
_RAISED_AGAIN = Reason("alert_raised_again", "the alert was raised again", ("raised_at",))
_CLEARED = Reason("alert_cleared", "the alert was cleared", ("cleared_at",))
_AFFECTED = Reason("alert_affects_customer", "the alert affects what the customer has", ("install_base_item",))
_AFFECTED_AGAIN = Reason(
    "alert_affects_again", "the alert was raised again after the case for it had ended", ("state",)
)


class _Given(NamedTuple):
    """All that the answer depends on."""

    alert: Alert
    facts: AlertFacts
    proactive: ProactivePolicy
    policy: SupportPolicy

    @property
    def major(self) -> Case | None:
        """The major case, while it lives."""
        major = self.facts.major
        return None if major is None or major.is_terminal else major

    @property
    def was_rejected(self) -> bool:
        """Whether a manager has said that it makes no major case: each customer then has a case of their own."""
        return any(case.major_case_state == "rejected" for case in self.facts.cases)


def cases_for_alert(
    alert: Alert, facts: AlertFacts, proactive: ProactivePolicy, policy: SupportPolicy, now: datetime
) -> AlertDecision:
    """What follows from an alert that was raised, raised again or cleared, for each customer whom it affects.

    A customer without a case for it gets one, from ``major_from`` customers on all of them a major case together; one
    whose case lives is told there that the alert came again, or is over. What was raised before a case was opened is
    what the case was opened for, and is told nobody twice. To open cases by hand under a policy that opens none, ask
    with ``attrs.evolve(proactive, opens_cases=True)``.

    Laws: the order of the facts is of no matter; the same alert gives commands of the same ids, so that it may be
    handled twice; each customer whom it affects has a command, a part in the major case, or a reason why not. Raises
    NaiveDatetime.
    """
    now = as_utc(now)
    given = _Given(alert, facts, proactive, policy)
    standings, strays = affected_by(alert, facts, policy, WallClock(policy.timezone).reading(now).date())
    grades, reasons = _grades(given)
    found = _cleared(given, standings) if alert.cleared_at is not None else _raised(given, standings, grades)
    majors = [each for each in found if isinstance(each, MajorCaseProposal)]
    orders = tuple(each for each in found if isinstance(each, AlertOrder))
    opens = bool(majors) or any(each.order.case is None for each in orders)
    return AlertDecision(
        alert=alert.id,
        at=now,
        affected=tuple(each.customer for each in standings),
        orders=orders,
        major=majors[0] if majors else None,
        left_out=(*strays, *(each for each in found if isinstance(each, LeftOut))),
        reasons=reasons if opens else (),
    )


# --- raised, and raised again ----------------------------------------------------------------------------------------


def _raised(given: _Given, standings: list[Standing], grades: _Grades) -> Iterable[_Found]:
    """A word for those who have a case, then whatever there is for the others."""
    new: list[Standing] = []
    told: list[_Found] = []
    for each in standings:
        if each.case is None or _came_after(each.case, given.alert):
            new.append(each)
        else:
            told.append(_again(each.case, given))
    if given.major is not None:
        told.append(_again(given.major, given))
    return (*told, *_opened(given, standings, new, grades))


def _came_after(case: Case, alert: Alert) -> bool:
    """Whether the alert was raised when the case for it had ended."""
    ended_at = case.closed_at or case.cancelled_at
    return case.is_terminal and ended_at is not None and ended_at < alert.raised_at


def _again(case: Case, given: _Given) -> AlertOrder | LeftOut:
    """A note on a case that the alert came again, once for each time that it did."""
    alert, major = given.alert, given.major
    if case.is_terminal:
        return _untold(case, _CASE_ENDED)
    if alert.raised_at <= case.opened_at + _AHEAD:
        return _untold(case, _HAS_CASE)
    if major is not None and case.id != major.id:
        return _untold(case, _ON_MAJOR)
    text = f"{_named(alert)} was raised again at {_written(alert.raised_at)}: {alert.short_description}"
    return _ordered(AddWorkNote(text), case.id, _id(alert, *_on(case), ":raised", at=alert.raised_at), _RAISED_AGAIN)


def _opened(given: _Given, standings: list[Standing], new: list[Standing], grades: _Grades) -> Iterable[_Found]:
    """What is done for customers without a case: a case for each, or a major case."""
    if not new:
        return ()
    if not given.proactive.opens_cases:
        return [_left_out(each.customer, _OPENS_NONE) for each in new]
    before, most = given.facts.major, given.proactive.major_from
    if given.major is None and before is not None and not _came_after(before, given.alert):
        return [_left_out(each.customer, _MAJOR_ENDED) for each in new]
    is_wanted = most is not None and len(standings) >= most and not given.was_rejected
    if given.major is not None or is_wanted:
        return [_proposed(given, standings if given.major is None else new, grades)]
    return [_opening(given, each, grades) for each in new]


def _opening(given: _Given, standing: Standing, grades: _Grades) -> AlertOrder:
    """A case for one customer, about the first of their items; its description names them all.

    The item brings its contact, if that is one of the account's.
    """
    alert, customer = given.alert, standing.customer
    command = OpenCase(
        short_description=alert.short_description,
        description=_described(alert, customer),
        channel="machine",
        alert=alert.id,
        impact=grades[0],
        urgency=grades[1],
        account=customer.account,
        consumer=customer.consumer,
        install_base_item=standing.item.id,
    )
    if standing.case is None:
        return _ordered(command, None, _id(alert, *_for(customer)), _AFFECTED)
    again = _id(alert, *_for(customer), ":raised", at=alert.raised_at)
    return _ordered(command, None, again, _AFFECTED_AGAIN)


def _proposed(given: _Given, standings: list[Standing], grades: _Grades) -> MajorCaseProposal:
    alert, major = given.alert, given.major
    return MajorCaseProposal(
        command_id=_id_of_major(given, standings),
        case=None if major is None else major.id,
        short_description=alert.short_description,
        impact=grades[0],
        urgency=grades[1],
        recipients=tuple(MajorRecipient(customer=each.customer, case=_live(each.case)) for each in standings),
    )


def _id_of_major(given: _Given, standings: list[Standing]) -> CommandId:
    """What proposes a major case; or what gives these customers children, once for each time that they need some."""
    alert, major = given.alert, given.major
    if major is not None:
        whose = digest_of([(each.customer.account, each.customer.consumer) for each in standings])
        return _id(alert, *_on(major), ":children", whose, ":raised", at=alert.raised_at)
    if given.facts.major is not None:
        return _id(alert, ":major", ":raised", at=alert.raised_at)
    return _id(alert, ":major")


def _live(case: Case | None) -> CaseId | None:
    return None if case is None or case.is_terminal else case.id


def _grades(given: _Given) -> tuple[_Grades, tuple[Reason, ...]]:
    """An impact and urgency that have the severity's priority, by the matrix; without them a case has its usual one."""
    severity = given.alert.severity
    priority = given.proactive.priorities.get(severity)
    if priority is None:
        text = f"the policy has no priority for severity {severity}"
        return (None, None), (Reason("alert_without_priority", text, ("severity",)),)
    grades = grades_for(priority, given.policy)
    if grades is None:
        text = f"no impact and urgency of the policy have priority {priority}"
        return (None, None), (Reason("alert_priority_unreachable", text, ("severity",)),)
    return grades, (Reason("alert_priority", f"severity {severity} is priority {priority}", ("severity",)),)


# --- cleared ---------------------------------------------------------------------------------------------------------


def _cleared(given: _Given, standings: list[Standing]) -> Iterable[_Found]:
    """A note on every case that lives, the major one too."""
    facts = given.facts
    cases = [*sorted(facts.cases, key=lambda case: case.id), *([facts.major] if facts.major else [])]
    told = [_over(case, given) for case in cases]
    return (*told, *(_left_out(each.customer, _CLEARED_FIRST) for each in standings if each.case is None))


def _over(case: Case, given: _Given) -> AlertOrder | LeftOut:
    alert = given.alert
    if case.is_terminal:
        return _untold(case, _CASE_ENDED)
    if given.major is not None and case.parent == given.major.id:
        return _untold(case, _ON_MAJOR)
    if alert.cleared_at is None or given.proactive.on_clear == "nothing":
        return _untold(case, _END_NOT_TOLD)
    text = f"{_named(alert)} was cleared at {_written(alert.cleared_at)}"
    return _ordered(AddWorkNote(text), case.id, _id(alert, *_on(case), ":cleared", at=alert.cleared_at), _CLEARED)


# --- how it is said --------------------------------------------------------------------------------------------------


def _ordered(command: OpenCase | AddWorkNote, case: CaseId | None, command_id: CommandId, reason: Reason) -> AlertOrder:
    order = Order(case=case, action=command.action, command=command, command_id=command_id)
    return AlertOrder(order=order, reason=reason)


def _untold(case: Case, reason: Reason) -> LeftOut:
    return LeftOut(kind="case", id=case.id, reasons=(reason,))


def _left_out(customer: AffectedCustomer, reason: Reason) -> LeftOut:
    if customer.consumer is not None:
        return LeftOut(kind="consumer", id=customer.consumer, reasons=(reason,))
    return LeftOut(kind="account", id=customer.account or "", reasons=(reason,))


def _id(alert: Alert, *parts: str, at: datetime | None = None) -> CommandId:
    """What a command is called: by the alert, whom it is for, and at need the raising or clearing that it tells.

    Two that differ in any part are called differently: of ``/`` and ``:`` none is an id's own. What is too long for an
    id is called by its digest.
    """
    name = "/".join((f"alert:{_escaped(alert.id)}", *parts, *((at.isoformat(),) if at else ())))
    return CommandId(name if len(name) <= _MAX_ID else f"alert:{digest_of(name)}")


def _escaped(identity: str) -> str:
    return identity.replace("%", "%25").replace("/", "%2F").replace(":", "%3A")


def _for(customer: AffectedCustomer) -> tuple[str, ...]:
    account = () if customer.account is None else (_escaped(customer.account),)
    return account if customer.consumer is None else (*account, ":consumer", _escaped(customer.consumer))


def _on(case: Case) -> tuple[str, ...]:
    return (":case", _escaped(case.id))


def _named(alert: Alert) -> str:
    return f"Alert {alert.id} of {alert.source} ({alert.severity})"


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z"


def _described(alert: Alert, customer: AffectedCustomer) -> str:
    lines = [f"{_named(alert)} was raised at {_written(alert.raised_at)}"]
    for title, ids in (("Install base items", customer.items), ("Configuration items", customer.configuration_items)):
        rest = f" and {len(ids) - _MAX_LISTED:,} more" if len(ids) > _MAX_LISTED else ""
        lines.append(f"{title}: {', '.join(ids[:_MAX_LISTED])}{rest}")
    return "\n".join(lines)
