"""Who is given a case: the first rule that applies decides, and a case that somebody has stays with them.

The source is ServiceNow's assignment rules and matching rules; its sample of a ranking counts the assigned cases for an
agent where its text counts them against: here they count against.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.calendars import as_utc
from csmcore.conditions import Record
from csmcore.errors import InvalidValue, shown
from csmcore.model import Assignment, AssignmentFacts, AssignmentRule, GroupId, MatchingRule, Reason, UserId
from csmcore.rules.assignment.choosing import best
from csmcore.rules.assignment.explaining import ranking_of
from csmcore.rules.assignment.measuring import Asked
from csmcore.rules.assignment.plan import AssignmentPlan
from csmcore.rules.assignment.roster import Roster
from csmcore.rules.assignment.search import Search

__all__ = ["ASSIGNED", "assign", "found_by", "holders", "kept"]

ASSIGNED = Reason("already_assigned", "the case is assigned already", ("assigned_to", "assignment_group"))

_NO_RULE = Reason("no_rule", "no assignment rule applies to the case", ("rule",))
_GROUP_REASONS: Mapping[bool, tuple[str, str]] = MappingProxyType(
    {False: ("unknown_group", "there is no group {}"), True: ("inactive_group", "group {} is inactive")}
)


def assign(record: Record, facts: AssignmentFacts, roster: Roster, plan: AssignmentPlan, now: datetime) -> Assignment:
    """Whom the first rule that applies gives the case, and why; or nobody, and why.

    ``record`` has the case's fields as a revision has them. A case that has a user or a group keeps them. A rule that
    finds no user still gives its group. Laws: the order of users, groups and rules in their lists changes nothing;
    equal agents are given cases in turn; without an agent who was not chosen the same one is chosen, as long as another
    has the most of each measure; an agent more, or a bound less, never makes an agent unfit. Raises NaiveDatetime,
    OutOfRange; InvalidValue where a host's strategy chooses somebody who does not fit.
    """
    at = as_utc(now)
    blank = Assignment(at=at, considered=len(roster))
    if holders(record):
        return kept(blank, record)
    planned = plan.rule_for(record)
    if planned is None:
        return attrs.evolve(blank, reasons=(_NO_RULE,))
    rule = planned.rule
    blank = attrs.evolve(blank, rule=rule.id, matching=rule.matching, reasons=(_applies(rule),))
    wrong = _against_group(rule.group, roster)
    if wrong is not None:
        return attrs.evolve(blank, reasons=(*blank.reasons, wrong))
    given = attrs.evolve(blank, group=rule.group)
    if planned.matching is None:
        return _named(rule, given, roster)
    pools, groups = ((), planned.matching.groups) if rule.group is None else ((frozenset({rule.group}),), ())
    search = Search.by(planned.matching, roster, Asked.about(facts, at), pools=pools)
    return found_by(search, given, record, plan, groups)


def holders(record: Record) -> dict[str, str]:
    """The user and the group that a case has, by their fields."""
    named = {name: record.get(name) for name in ("assigned_to", "assignment_group")}
    return {name: value for name, value in named.items() if isinstance(value, str) and value}


def kept(blank: Assignment, record: Record) -> Assignment:
    """The answer for a case that somebody has."""
    named = holders(record)
    user = UserId(named["assigned_to"]) if "assigned_to" in named else None
    group = GroupId(named["assignment_group"]) if "assignment_group" in named else None
    return attrs.evolve(blank, user=user, group=group, reasons=(ASSIGNED,))


def found_by(
    search: Search, given: Assignment, record: Record, plan: AssignmentPlan, groups: tuple[GroupId, ...]
) -> Assignment:
    """The answer with the best agent of a search, in the first of the ``groups`` that they are in, else that given."""
    chosen, fitting = best(search)
    answer = attrs.evolve(given, eligible=fitting)
    rule, rank = search.rule, partial(ranking_of, search)
    own = plan.strategy(rule)
    if own is not None and fitting:
        answer = answer.ranked_by(rank)
        chosen = _by_host(own(record, answer.ranking.agents), answer, rule)
    if chosen is None:
        return attrs.evolve(answer, reasons=(*given.reasons, _nobody(answer, rule))).ranked_by(rank)
    agent = search.roster.agent(chosen)
    has = search.roster.profiles[agent.number].desk.groups if agent else frozenset[GroupId]()
    return attrs.evolve(
        answer,
        user=chosen,
        group=next((group for group in groups if group in has), given.group),
        reasons=(*given.reasons, _chosen(chosen, fitting, rule)),
    ).ranked_by(rank)


def _by_host(chosen: Any, answer: Assignment, rule: MatchingRule) -> UserId | None:
    if chosen is not None and all(agent.user != chosen for agent in answer.ranking.agents):
        problem = f"{rule.strategy} chose {shown(chosen)}, who does not fit"
        raise InvalidValue("strategies", problem, "return the user of one of the agents, or None")
    return None if chosen is None else UserId(chosen)


def _named(rule: AssignmentRule, given: Assignment, roster: Roster) -> Assignment:
    """The answer of a rule that names the user, or only a group."""
    if rule.user is None:
        return given
    agent = roster.agent(rule.user)
    wrong: tuple[Reason, ...]
    if agent is None:
        wrong = (Reason("unknown_user", f"there is no user {shown(rule.user)}", ("user",)),)
    else:
        wrong = () if agent.user.active else (Reason("inactive_user", f"{rule.user} is inactive", ("user",)),)
        if rule.group is not None and rule.group not in roster.profiles[agent.number].desk.groups:
            wrong += (Reason("not_in_group", f"{rule.user} is not in {rule.group}", ("user", "group")),)
    if wrong:
        return attrs.evolve(given, reasons=(*given.reasons, *wrong))
    return attrs.evolve(given, user=rule.user)


def _against_group(group: GroupId | None, roster: Roster) -> Reason | None:
    if group is None:
        return None
    known = roster.group(group)
    if known is not None and known.active:
        return None
    code, text = _GROUP_REASONS[known is not None]
    return Reason(code, text.format(shown(group)), ("group",))


def _applies(rule: AssignmentRule) -> Reason:
    return Reason("by_rule", f"rule {rule.id} applies", ("rule",))


def _nobody(answer: Assignment, rule: MatchingRule) -> Reason:
    if answer.eligible:
        return Reason("chosen_by_host", f"{rule.strategy} chose nobody", ("matching",))
    return Reason("nobody_fits", f"none of {answer.considered:,} agents fits by {rule.id}", ("matching",))


def _chosen(user: UserId, fitting: int, rule: MatchingRule) -> Reason:
    if rule.strategy.startswith("host:"):
        return Reason("chosen_by_host", f"{rule.strategy} chose {user} of {fitting:,} who fit", ("matching",))
    return Reason("best_match", f"{user} is the best of {fitting:,} who fit by {rule.id}", ("matching",))
