"""The answer that a command once got, from what was kept of it."""

from collections.abc import Callable
from functools import partial, reduce

from csmcore.model import CommandReceipt, Decision, LogEntry, PolicyRef, Reason, Refusal, Refused, SlaState
from csmcore.ports import Host
from csmcore.rules import Plan, advance, replay_events

__all__ = ["recalled"]

_REUSED = Reason("command_id_reused", "another command was sent under this id", ("command_id",))


def recalled(host: Host, receipt: CommandReceipt, plan_of: Callable[[PolicyRef], Plan]) -> Decision | None:
    """The decision that was committed under a receipt; None where there is none yet.

    Law: it equals the decision of then, whatever has happened to the case since, but for texts that were erased. Raises
    Refused where another command was sent under the id.
    """
    entry = host.entry(receipt.command_id)
    if entry is None:
        return None
    if entry.receipt != receipt:
        raise Refused(Refusal((_REUSED,)))
    return _decision(host, entry, plan_of)


def _decision(host: Host, entry: LogEntry, plan_of: Callable[[PolicyRef], Plan]) -> Decision:
    entries = [each for each in host.entries(entry.case) if each.version <= entry.version]
    case = replay_events(event for each in entries for event in each.events)
    revisions = (each.revision for each in entries if each.revision is not None)
    texts = {said.id: said for said in host.activity(entry.case)}
    return Decision(
        case=case,
        sla=reduce(partial(advance, plan_of(case.policy)), revisions, SlaState()),
        revision=entry.revision,
        activity=tuple(texts[said] for said in entry.activity if said in texts),
        events=entry.events,
        intents=entry.intents,
        orders=entry.orders,
        reasons=entry.reasons,
        derivation=entry.derivation,
        ledger=entry.ledger,
        time=entry.time,
        relies_on=entry.relies_on,
    )
