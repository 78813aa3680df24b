"""What a machine reports, in a host: whom it affects is gathered, and the commands that follow are sent."""

from collections.abc import Iterable, Iterator
from itertools import islice

import attrs

from csmcore.calendars import as_utc
from csmcore.model import (
    Account,
    AddChildren,
    Alert,
    AlertDecision,
    AlertFacts,
    Case,
    CaseId,
    Consumer,
    Decision,
    Household,
    InstallBaseItem,
    MajorCaseProposal,
    OpenCase,
    Refusal,
    Refused,
)
from csmcore.ports import Host
from csmcore.rules import cases_for_alert
from csmcore.services.cases import CaseService

__all__ = ["AlertDesk", "Alerted"]


@attrs.frozen(kw_only=True)
class Alerted:
    """What an alert led to, and what each of its commands came to, in their order; the major case's are the last."""

    alert: AlertDecision
    answers: tuple[Decision | Refusal, ...]


class AlertDesk:
    """Takes alerts in, under the current policy: each, however often it comes, changes what it brings that is new."""

    def __init__(self, host: Host, cases: CaseService) -> None:
        self._host = host
        self._cases = cases

    def receive(self, alert: Alert) -> Alerted:
        """Open or tell cases of whom the alert affects. What is refused stops nothing else. Raises StaleVersion."""
        host = self._host
        policy, now = host.current_policy(), as_utc(host.now())
        decided = cases_for_alert(alert, self._facts(alert), policy.proactive, policy, now)
        answers: list[Decision | Refusal] = []
        for each in decided.orders:
            command, case_id = each.order.command, each.order.case
            try:
                if isinstance(command, OpenCase):
                    answers.append(self._cases.open(command, decided.by, each.order.command_id))
                elif case_id is not None:
                    answers.append(self._cases.apply(case_id, command, decided.by, each.order.command_id))
            except Refused as refused:
                answers.append(refused.refusal)
        if decided.major is not None:
            answers += self._major(alert, decided, decided.major)
        return Alerted(alert=decided, answers=tuple(answers))

    def _major(self, alert: Alert, decided: AlertDecision, major: MajorCaseProposal) -> Iterator[Decision | Refusal]:
        """A major case to be accepted by a manager, or children for the one that there is."""
        command = OpenCase(
            short_description=major.short_description,
            channel="machine",
            impact=major.impact,
            urgency=major.urgency,
            alert=alert.id,
            major_case_state="proposed",
            business_impact=f"{len(major.recipients):,} customers are affected.",
        )
        try:
            if major.case is None:
                yield self._cases.open(command, decided.by, major.command_id)
            elif (children := self._children(major.case, major)) is not None:
                yield self._cases.apply(major.case, children, decided.by, major.command_id)
        except Refused as refused:
            yield refused.refusal

    def _children(self, case_id: CaseId, major: MajorCaseProposal) -> AddChildren | None:
        """Those who have no case yet, for a major case that is accepted; until then they wait."""
        case = self._host.case(case_id)
        customers = [each.customer for each in major.recipients if each.case is None]
        if case is None or case.major_case_state != "accepted" or not customers:
            return None
        return AddChildren(
            accounts=tuple(dict.fromkeys(each.account for each in customers if each.account is not None)),
            consumers=tuple(each.consumer for each in customers if each.account is None and each.consumer is not None),
        )

    def _facts(self, alert: Alert) -> AlertFacts:
        """Which install base items the configuration items are, whose those are, and what the alert opened so far."""
        host = self._host
        items = {each: tuple(host.items_of(each)) for each in alert.configuration_items}
        owned = [item for found in items.values() for item in found]
        cases = tuple(host.cases_of_alert(alert.id))
        majors = sorted(filter(_is_major, cases), key=lambda case: (case.opened_at, case.id))
        return AlertFacts(
            items=items,
            accounts=tuple(_accounts(host, owned)),
            consumers=tuple(_consumers(host, owned)),
            households=tuple(_households(host, owned)),
            cases=tuple(case for case in cases if not _is_major(case)),
            major=majors[-1] if majors else None,
        )


def _is_major(case: Case) -> bool:
    """Whether it is a major case, or proposed as one; one that was rejected is like any other."""
    return case.major_case_state in {"proposed", "accepted"}


def _accounts(host: Host, items: Iterable[InstallBaseItem]) -> Iterator[Account]:
    for account_id in dict.fromkeys(item.account for item in items):
        if account_id is not None:
            yield from islice(host.accounts(account_id), 1)


def _consumers(host: Host, items: Iterable[InstallBaseItem]) -> Iterator[Consumer]:
    found = (host.consumer(each) for each in dict.fromkeys(item.consumer for item in items) if each is not None)
    return (consumer for consumer in found if consumer is not None)


def _households(host: Host, items: Iterable[InstallBaseItem]) -> Iterator[Household]:
    found = (host.household(each) for each in dict.fromkeys(item.household for item in items) if each is not None)
    return (household for household in found if household is not None)
