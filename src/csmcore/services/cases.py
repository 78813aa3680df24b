"""The life of cases in a host application: open, apply, read, tick.

Each use case gathers what is known through the host's ports, lets one pure rule decide, and commits what it decided in
one unit of work. What the host's ports raise passes through as it is.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue, NotFound, StaleVersion, shown
from csmcore.model import (
    ORDER,
    SYSTEM,
    Actor,
    CaseCommand,
    CaseFacts,
    CaseId,
    Command,
    CommandId,
    CommandReceipt,
    Decision,
    LogEntry,
    Message,
    MessageDecision,
    MessageFacts,
    OpenCase,
    Order,
    Reason,
    Refusal,
    Refused,
    SubjectToken,
    accepted,
    digest_of,
)
from csmcore.ports import Host, Mailroom, Messenger
from csmcore.rules import (
    BRACKETS,
    EntitlementStrategy,
    decide_apply,
    decide_message,
    decide_open,
    decide_tick,
    for_themselves,
    next_auto_close_step,
    opened_instead,
)
from csmcore.services.gathering import facts_of_case, facts_of_opening
from csmcore.services.reads import CaseReads, persist
from csmcore.services.recalling import recalled
from csmcore.services.receiving import Received, is_as_before, message_facts

__all__ = ["CaseService"]

_NO_FACTS = CaseFacts()
_TICK = "tick:"
_MESSAGE = "message:"
_OWN = (_TICK, ORDER, _MESSAGE)
_RECEIVED = 5  # times that a message is decided about


class CaseService(CaseReads):
    """Opens cases and moves them on, in any host.

    A command that is accepted is committed whole and answered with its `Decision`; one that is not raises `Refused`,
    and nothing has changed. A command may be sent again under its ``command_id``: the same, from the same actor, gets
    the first answer and changes nothing; another is refused (``command_id_reused``). A refused command has not used its
    id up. Ids that begin with ``tick:``, ``order:`` or ``message:`` are the system's.

    When another command on the same case, on one that it relies on, or on another that takes from the same
    entitlement, comes between, a command is decided anew, ``attempts`` times in all. After that, and at once where the
    case is not at the version that its sender has seen (``expected_version``), it raises `StaleVersion`. Threads may
    share a service. What the host itself raises passes through as it is; `csmcore.ports` says what has changed then.
    ``strategies`` are the host's own ways to choose an entitlement, as `csmcore.rules.compile_policy` has them.

    What a decision orders (a child follows its parent, a breach escalates) is carried out right after it is kept, and
    what it leaves to tell goes to the ``messenger``, if there is one. Both are in the log, too: a host with a worker
    gives ``follows_up=False`` and has `follow_up` do it there.
    """

    def __init__(  # noqa: PLR0913 - all but the host have usual values
        self,
        host: Host,
        *,
        attempts: int = 20,
        strategies: Mapping[str, EntitlementStrategy] | None = None,
        messenger: Messenger | None = None,
        mailroom: Mailroom | None = None,
        follows_up: bool = True,
    ) -> None:
        super().__init__(host, attempts=attempts, strategies=strategies)
        self._messenger = messenger
        self._mailroom = mailroom
        self._follows_up = follows_up

    def open(self, command: OpenCase, actor: Actor, command_id: CommandId | None = None) -> Decision:
        """Open a case under the current policy. Raises Refused; InvalidValue for what is no command id.

        Whoever opens it for another account's customer needs a relationship with that account, which the host knows.
        """
        return self._followed(self._opened(command, actor, _receipt(command_id, None, command, actor)))

    def _opened(self, command: OpenCase, actor: Actor, receipt: CommandReceipt | None) -> Decision:
        host = self._host
        asked = for_themselves(command, actor)

        def opened() -> Decision:
            known = self._recalled(receipt)
            if known is not None:
                return known
            plan = self._plan(host.current_policy().ref)
            now = host.now()
            facts = facts_of_opening(host, asked, actor, plan.policy, now)
            decision = accepted(decide_open(asked, actor, facts, plan, now, *host.next_case()))
            return self._committed(decision, receipt)

        return persist(opened, self._attempts)

    def open_all(
        self, commands: Iterable[tuple[OpenCase, CommandId | None]], actor: Actor
    ) -> Iterator[Decision | Refusal]:
        """Open many cases, each by itself, and answer for each in turn; one that is refused stops none of the others.

        A command id that is none raises InvalidValue before any case is opened. What has been
        opened under a command id is not opened again, so that a batch that broke off can be sent again.
        """
        wanted = list(commands)
        for command, command_id in wanted:
            _receipt(command_id, None, command, actor)
        return self._all_opened(wanted, actor)

    def _all_opened(
        self, commands: Iterable[tuple[OpenCase, CommandId | None]], actor: Actor
    ) -> Iterator[Decision | Refusal]:
        for command, command_id in commands:
            try:
                yield self.open(command, actor, command_id)
            except Refused as refused:
                yield refused.refusal

    def receive(self, message: Message, actor: Actor, token: SubjectToken = BRACKETS) -> Received:
        """Take in a message from any channel: a comment on the case that it belongs to, a follow-up, or a new case.

        A message that comes again from the same sender, by its channel and id, changes nothing. What was decided about
        it is decided anew while its command is refused, or overtaken, and what is known has changed; where a follow-up
        is refused for good, the message opens a case of its own. Raises Refused, with every reason, where nothing may
        become of it; StaleVersion; InvalidValue where the service has no mailroom.
        """
        mailroom = self._mailroom
        if mailroom is None:
            raise InvalidValue("mailroom", "the service has none", "give CaseService a mailroom")
        with mailroom.conversation(message.channel, message.thread):
            answer = self._received(message, actor, token, mailroom)
            case_id = _case_of(answer.message.case) if answer.decision is None else answer.decision.case.id
            mailroom.remember(message.channel, answer.message.thread, case_id)
        return answer

    def _received(self, message: Message, actor: Actor, token: SubjectToken, mailroom: Mailroom) -> Received:
        """What became of a message, once its command stands."""

        def decided() -> tuple[MessageFacts, MessageDecision]:
            policy, now = self._host.current_policy(), self._host.now()
            facts = message_facts(self._host, mailroom, message, actor, token, now)
            return facts, accepted(decide_message(message, actor, facts, policy, now, token))

        facts, answer = decided()
        left = _RECEIVED
        while True:
            left -= 1
            try:
                return Received(message=answer, decision=self._sent(answer, actor))
            except (Refused, StaleVersion) as failure:
                later, again = decided()
                if left > 0 and not is_as_before(later, facts):
                    facts, answer = later, again
                elif answer.outcome == "follow_up" and isinstance(failure, Refused):
                    answer = opened_instead(message, actor, answer, failure.refusal)
                else:
                    raise

    def _sent(self, decided: MessageDecision, actor: Actor) -> Decision | None:
        match decided.command:
            case None:
                entry = self._host.entry(decided.command_id)
                if entry is not None and self._follows_up:  # whoever kept it may not have come to tell anybody
                    self._follow(entry)
                return None
            case OpenCase():
                receipt = _receipt_of(decided.command_id, None, decided.command, actor)
                return self._followed(self._opened(decided.command, actor, receipt))
            case _:
                receipt = _receipt_of(decided.command_id, decided.case, decided.command, actor)
                return self._followed(self._applied(_case_of(decided.case), decided.command, actor, receipt))

    def apply(
        self,
        case_id: CaseId,
        command: CaseCommand,
        actor: Actor,
        command_id: CommandId | None = None,
        expected_version: int | None = None,
    ) -> Decision:
        """Do what the command says to a case.

        Raises NotFound where there is no such case; Refused; StaleVersion; InvalidValue for what is no command id.
        """
        receipt = _receipt(command_id, case_id, command, actor)
        return self._followed(self._applied(case_id, command, actor, receipt, expected_version))

    def _applied(
        self,
        case_id: CaseId,
        command: CaseCommand,
        actor: Actor,
        receipt: CommandReceipt | None,
        expected_version: int | None = None,
    ) -> Decision:
        host = self._host

        def applied() -> Decision | StaleVersion:
            known = self._recalled(receipt)
            if known is not None:
                return known
            case, sla = self._loaded(case_id)  # before the clock is read: else whoever came between made this too early
            plan, now = self._plan(case.policy), host.now()
            facts = facts_of_case(host, case, plan.policy, now, command, actor)
            decided = decide_apply(case, sla, command, actor, facts, plan, now)
            is_stranger = isinstance(decided, Refusal) and decided.codes == ("not_involved",)  # and learns no version
            if expected_version is not None and case.version != expected_version and not is_stranger:
                return self._recalled(receipt) or StaleVersion(case_id, expected_version, case.version)
            return self._committed(accepted(decided), receipt)

        answer = persist(applied, self._attempts)
        if isinstance(answer, StaleVersion):
            raise answer
        return answer

    def follow_up(self, case_id: CaseId, version: int) -> None:
        """Carry out and tell what was decided with a version of a case: again, where it was done before, does no harm.

        Orders to the case itself are carried out only while nothing but they has come after. Raises NotFound where the
        log has no such version.
        """
        entry = next((each for each in self._host.entries(case_id) if each.version == version), None)
        if entry is None:
            raise NotFound("version", f"{case_id} {version}")
        self._follow(entry)

    def _followed(self, decision: Decision) -> Decision:
        tells = self._messenger is not None and decision.intents
        if self._follows_up and (decision.orders or tells):
            self._follow(LogEntry.of(decision, None))
        return decision

    def _follow(self, entry: LogEntry) -> None:
        """Carry out the orders and whatever they order in turn; then tell what is to be told, all that can be."""
        waiting, done = deque([entry]), [entry]
        while waiting:
            asking = waiting.popleft()
            for order in asking.orders if self._still_stands(asking) else self._to_others(asking):
                answer = self._obeyed(order)
                if isinstance(answer, Decision):
                    waiting.append(LogEntry.of(answer, None))
                    done.append(waiting[-1])
        failures = [failure for each in done for failure in self._told(each)]
        if failures:
            raise failures[0]

    def _told(self, entry: LogEntry) -> Iterator[Exception]:
        """Send what an entry leaves to tell. One that cannot be sent keeps no other back."""
        if self._messenger is None:
            return
        for index, notification in enumerate(entry.intents):
            try:
                self._messenger.send(f"{entry.case}/{entry.version}/{index}", entry.case, notification)
            except Exception as failure:  # noqa: BLE001 - a host's own errors are of any kind, and pass through
                yield failure

    def _still_stands(self, entry: LogEntry) -> bool:
        """Whether nothing has come after a decision but what it ordered itself."""
        if not any(order.case == entry.case for order in entry.orders):
            return True
        own = {order.command_id for order in entry.orders}
        later = [each for each in self._host.entries(entry.case) if each.version > entry.version]
        return all(each.receipt is not None and each.receipt.command_id in own for each in later)

    @staticmethod
    def _to_others(entry: LogEntry) -> list[Order]:
        return [order for order in entry.orders if order.case != entry.case]

    def _obeyed(self, order: Order) -> Decision | Refusal:
        """What an order came to. One that is refused, or about nothing there is, or always overtaken, is no failure."""
        command, receipt = order.command, _receipt_of(order.command_id, order.case, order.command, SYSTEM)
        try:
            if isinstance(command, OpenCase):
                return self._opened(command, SYSTEM, receipt)
            return self._applied(_case_of(order.case), command, SYSTEM, receipt)
        except Refused as refused:
            return refused.refusal
        except (NotFound, StaleVersion) as missing:
            return Refusal((Reason(missing.code, str(missing)),))

    def tick(self, case_id: CaseId) -> Decision | None:
        """Let what has become due by now happen: thresholds, breaches, reminders, closing by itself. None: nothing had.

        Each happens once, however often and late a case is ticked. Where the messenger fails, `follow_up` of the case's
        version sends again. Raises NotFound, StaleVersion.
        """

        def ticked() -> Decision | None:
            case, sla = self._loaded(case_id)
            plan, now = self._plan(case.policy), as_utc(self._host.now())
            waits_until = next_auto_close_step(case, plan.policy)
            is_late = waits_until is not None and waits_until <= now
            facts = facts_of_case(self._host, case, plan.policy, now) if is_late else _NO_FACTS
            decision = decide_tick(case, sla, plan, now, facts)
            return decision and self._committed(decision, _tick_receipt(decision))

        decision = persist(ticked, self._attempts)
        return decision and self._followed(decision)

    def _recalled(self, receipt: CommandReceipt | None) -> Decision | None:
        return None if receipt is None else recalled(self._host, receipt, self._plan)

    def _committed(self, decision: Decision, receipt: CommandReceipt | None) -> Decision:
        self._host.commit(decision.case, decision.sla, decision.activity, LogEntry.of(decision, receipt))
        return decision


def _receipt(
    command_id: CommandId | None, case_id: CaseId | None, command: Command, actor: Actor
) -> CommandReceipt | None:
    if command_id is None:
        return None
    if command_id.startswith(_OWN):
        hint = f"begin with something else than {' or '.join(_OWN)}"
        raise InvalidValue("command_id", f"{shown(command_id)} is one of the system's own", hint)
    return _receipt_of(command_id, case_id, command, actor)


def _receipt_of(command_id: CommandId, case_id: CaseId | None, command: Command, actor: Actor) -> CommandReceipt:
    said = {"action": command.action, "command": command, "case": case_id, "by": [actor.kind, actor.id]}
    return CommandReceipt(command_id, digest_of(said))


def _case_of(case_id: CaseId | None) -> CaseId:
    """The case that a command is about, which is none that opens one."""
    if case_id is None:
        raise NotFound("case", "none")
    return case_id


def _tick_receipt(decision: Decision) -> CommandReceipt:
    case = decision.case
    said = {"action": "tick", "case": case.id, "version": case.version}
    return CommandReceipt(CommandId(f"{_TICK}{case.id}/{case.version}"), digest_of(said))
