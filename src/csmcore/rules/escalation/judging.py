"""Whether an escalation allows an action, and every reason why it does not."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import attrs

from csmcore.errors import shown
from csmcore.model import (
    Escalation,
    EscalationAction,
    EscalationCommand,
    EscalationPolicy,
    Reason,
    RequestEscalation,
    UpdateEscalation,
    UserId,
    says_something,
)
from csmcore.rules.escalation.asking import Asked
from csmcore.rules.escalation.escalation_table import (
    ESCALATION_PARTIES,
    ESCALATION_TABLE,
    EscalationGuard,
    EscalationParty,
    EscalationRow,
)
from csmcore.rules.escalation.standing import is_own

__all__ = ["Verdict", "filled", "missing", "objections", "verdict", "watchers"]

_NOT_INVOLVED = Reason("not_involved", "you have no part in this escalation")
_ALREADY_OPEN = Reason("already_escalated", "it is escalated, or was asked to be, already", ("state",))
_TOO_EARLY = Reason("too_early", "its escalation was last changed later", ("updated_at",))
_OWN_REQUEST = Reason("own_request", "whoever asked for it does not approve it", ("requested_by",))
_NO_CUSTOMERS = Reason("customers_cannot_ask", "the policy has no template for customers", ("template",))
_NOTHING_NEW = Reason("nothing_changed", "it is all so already: give what is to change")

_CALLED: Mapping[EscalationParty, str] = MappingProxyType(
    {
        "customer": "the customer",
        "approver": "an approver",
        "deescalator": "a deescalation requester",
        "agent": "an agent",
        "system": "the system",
    }
)
_CUSTOMERS_GIVE = frozenset({"reason", "justification"})
_OF_ACCOUNTS = ("assignment_group", "assigned_to", "related_cases")
_MOST_WATCHERS = 1_000


class Verdict(NamedTuple):
    """What the table says of an action: the row it is done by and for whom, and the reasons why it is not done.

    Where only the state is in the way, the row is the one that the actor has in another; None: they have none at all.
    """

    row: EscalationRow | None
    by: EscalationParty | None
    reasons: tuple[Reason, ...]


def verdict(asked: Asked, action: EscalationAction) -> Verdict:
    """Whether these parties may do this now, whatever the command says, and else every reason why not.

    A stranger learns nothing, and a customer no more than that it is escalated: it is no matter of theirs.
    """
    if not asked.parties:
        return Verdict(None, None, (_NOT_INVOLVED,))
    current = asked.current
    state = None if current is None else current.state
    by, row = _row(ESCALATION_TABLE[state][action], asked.parties)
    is_early = current is not None and asked.now < current.updated_at
    reasons: tuple[Reason, ...] = (_TOO_EARLY,) if is_early else ()
    if row is not None:
        if row.only_if is not None:
            reasons += tuple(_GUARDS[row.only_if](asked, by))
        return Verdict(row, by, reasons)
    rows = tuple(row for cells in ESCALATION_TABLE.values() for row in cells[action])
    by, row = _row(rows, asked.parties)
    if row is None:
        return Verdict(None, None, (_not_permitted(action, rows),))
    return Verdict(row, by, (*reasons, _wrong_state(current, action)))


def filled(command: EscalationCommand, by: EscalationParty, policy: EscalationPolicy) -> EscalationCommand:
    """The command with what the policy says where it does not: a customer's template, a template's severity."""
    if not isinstance(command, RequestEscalation):
        return command
    name = policy.customer_template if by == "customer" else command.template
    template = None if name is None else policy.templates.get(name)
    if template is None:
        return attrs.evolve(command, template=name)
    return attrs.evolve(
        command,
        template=name,
        reason=command.reason or template.reason,
        severity=command.severity or template.severity,
    )


def missing(row: EscalationRow, command: EscalationCommand) -> tuple[Reason, ...]:
    """A reason for each requirement that the command does not meet; blank text is none, an empty list is one."""
    needs = ((need, tuple(need.split(" or "))) for need in row.requires)
    return tuple(
        Reason("missing", f"{need} is missing", names)
        for need, names in needs
        if not any(_is_given(getattr(command, name)) for name in names)
    )


def objections(
    asked: Asked, command: EscalationCommand, full: EscalationCommand, by: EscalationParty
) -> Iterator[Reason]:
    """Every reason that the content of a command gives not to do it; ``full`` is the same one `filled`."""
    if by == "customer" and isinstance(command, RequestEscalation):
        yield from _not_for_customers(command)
    if asked.source == "case":
        extra = tuple(name for name in _OF_ACCOUNTS if getattr(command, name, None))
        if extra:
            yield Reason("only_for_accounts", f"an escalation of a case has no {', '.join(extra)}", extra)
    if isinstance(full, RequestEscalation):
        yield from _unfit_template(asked, full)
    if isinstance(command, UpdateEscalation) and asked.current is not None:
        given = {field.name: getattr(command, field.name) for field in attrs.fields(UpdateEscalation)}
        said = {name: value for name, value in given.items() if value is not None}
        if said and all(getattr(asked.current, name) == value for name, value in said.items()):
            yield attrs.evolve(_NOTHING_NEW, fields=tuple(said))


def watchers(asked: Asked, command: RequestEscalation) -> tuple[UserId, ...]:
    """Who watches what is asked for: those whom the command names, the template's, and the team if it says so."""
    template = asked.policy.templates.get(command.template or "")
    if template is None:
        return command.watch_list
    team = asked.facts.account_team if template.add_account_team else ()
    return tuple(dict.fromkeys((*command.watch_list, *template.watch_list, *team)))


def _row(
    rows: tuple[EscalationRow, ...], parties: tuple[EscalationParty, ...]
) -> tuple[EscalationParty, EscalationRow] | tuple[None, None]:
    for party in parties:
        for row in rows:
            if party in row.by:
                return party, row
    return None, None


def _template_for_it(asked: Asked, by: EscalationParty | None) -> Iterator[Reason]:
    if by == "customer":
        if asked.policy.customer_template is None:
            yield _NO_CUSTOMERS
    elif not any(template.type == asked.source for template in asked.policy.templates.values()):
        yield Reason("no_template", f"the policy has no template of type {asked.source}", ("template",))


def _not_ones_own(asked: Asked, _: EscalationParty | None) -> Iterator[Reason]:
    current = asked.current
    if current is not None and is_own(asked.actor, current) and not asked.policy.requester_may_approve:
        yield _OWN_REQUEST


_GUARDS: Mapping[EscalationGuard, Callable[[Asked, EscalationParty | None], Iterator[Reason]]] = MappingProxyType(
    {"a template for it": _template_for_it, "not one's own request": _not_ones_own}
)


def _wrong_state(current: Escalation | None, action: EscalationAction) -> Reason:
    if action == "request_escalation":
        return _ALREADY_OPEN
    words = action.replace("_", " ")
    told = "there is no escalation" if current is None else f"the escalation is {current.state}"
    return Reason("wrong_state", f"{told}: {words} is not possible", ("state",))


def _not_permitted(action: EscalationAction, rows: tuple[EscalationRow, ...]) -> Reason:
    called = [_CALLED[party] for party in ESCALATION_PARTIES if any(party in row.by for row in rows)]
    return Reason("not_permitted", f"{action.replace('_', ' ')} is for {' or '.join(called)}")


def _is_given(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not says_something(value))


def _not_for_customers(command: RequestEscalation) -> Iterator[Reason]:
    extra = tuple(
        field.name
        for field in attrs.fields(RequestEscalation)
        if field.name not in _CUSTOMERS_GIVE and getattr(command, field.name)
    )
    if extra:
        yield Reason("not_for_customers", f"a customer does not give {', '.join(extra)}", extra)


def _unfit_template(asked: Asked, command: RequestEscalation) -> Iterator[Reason]:
    if command.template is None:
        return
    template = asked.policy.templates.get(command.template)
    if template is None:
        known = ", ".join(asked.policy.templates) or "none"
        text = f"no template {shown(command.template)}; known are {known}"
        yield Reason("unknown_template", text, ("template",))
    elif template.type != asked.source:
        text = f"template {shown(command.template)} is for a {template.type}"
        yield Reason("template_of_other_type", text, ("template",))
    if len(watchers(asked, command)) > _MOST_WATCHERS:
        yield Reason("too_many_watchers", f"more than {_MOST_WATCHERS:,} would watch it", ("watch_list",))
