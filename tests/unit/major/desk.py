"""A desk of many cases: it gathers the facts of a family, keeps what the rules decide, and carries out their orders."""

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from csmcore.model import (
    SYSTEM,
    Account,
    Activity,
    Actor,
    AddChildren,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    ChildCase,
    Command,
    CommandId,
    Consumer,
    Contact,
    Event,
    MajorCasePolicy,
    MergeCase,
    Notification,
    OpenCase,
    Order,
    Refusal,
    Role,
    SupportPolicy,
    UpdateCase,
)
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import for_themselves, opening
from csmcore.rules.relatives.propagating import propagated

__all__ = ["ANN", "ANNA", "IVAN", "MIA", "START", "Desk", "inside", "policy"]

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


def inside(name: str, *roles: Role) -> Actor:
    """An internal user."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


ANN, MIA = inside("ann", "agent"), inside("mia", "manager")
ANNA, IVAN = Actor(kind="contact", id="anna"), Actor(kind="consumer", id="ivan")
"""An agent, a manager; the primary contact of account ``acme``, and a consumer."""


def policy(**choices: Any) -> SupportPolicy:
    """A policy with these choices about major cases."""
    return SupportPolicy(name="test", version="1", major_cases=MajorCasePolicy(**choices))


def _nouns(kind: Any, *rows: dict[str, Any]) -> dict[str, Any]:
    return {row["id"]: kind(**row) for row in rows}


class Desk:
    """Cases by their ids ``c1``, ``c2`` and so on, in the order in which they were opened."""

    def __init__(self, rules: SupportPolicy | None = None) -> None:
        self.policy = rules or policy()
        self.now = START
        self.cases: dict[str, Case] = {}
        self.said: dict[str, list[Activity]] = {}
        self.events: dict[str, list[Event]] = {}
        self.told: list[Notification] = []
        self.refused: list[tuple[Order, Refusal]] = []
        self.done: set[str] = set()
        self.accounts: dict[str, Account] = _nouns(
            Account,
            {"id": "acme", "name": "Acme", "primary_contact": "anna"},
            {"id": "bolt", "name": "Bolt"},
            {"id": "cord", "name": "Cord", "primary_contact": "carl"},
        )
        self.consumers: dict[str, Consumer] = _nouns(Consumer, {"id": "ivan", "name": "Ivan"})
        self.contacts: dict[str, Contact] = _nouns(
            Contact,
            {"id": "anna", "account": "acme", "name": "Anna"},
            {"id": "bert", "account": "bolt", "name": "Bert"},
            {"id": "carl", "account": "cord", "name": "Carl"},
        )

    def open(self, command: OpenCase, actor: Actor) -> Step | Refusal:
        """Open a case, and all that follows."""
        return self._carried_out(self._opened(command, actor))

    def apply(self, case_id: str, command: CaseCommand, actor: Actor) -> Step | Refusal:
        """Do something to a case, and all that follows."""
        self.now += timedelta(minutes=1)
        return self._carried_out(self._applied(case_id, command, actor))

    def opens(self, actor: Actor = ANN, **fields: Any) -> str:
        """The id of a case that is opened with these fields, for ``acme`` unless they say something else."""
        given = {"short_description": "No network", "account": "acme", **fields}
        taken = self.open(OpenCase(**given), actor)
        assert isinstance(taken, Step), taken
        return str(taken.changes["id"])

    def major(self, **fields: Any) -> str:
        """The id of a new major case."""
        return self.opens(MIA, account=None, major_case_state="accepted", **fields)

    def do(self, case_id: str, command: CaseCommand, actor: Actor = MIA) -> Step:
        """The step of a command that is accepted."""
        taken = self.apply(case_id, command, actor)
        assert isinstance(taken, Step), taken
        return taken

    def denied(self, case_id: str, command: CaseCommand, actor: Actor = MIA) -> tuple[str, ...]:
        """The reasons of a command that is refused."""
        refused = self.apply(case_id, command, actor)
        assert isinstance(refused, Refusal), refused
        return refused.codes

    def texts(self, case_id: str) -> list[tuple[str, str, str]]:
        """What was said on a case: comment or work note, who, what."""
        return [(type(said).__name__, said.by.id, said.text) for said in self.said[case_id]]

    def children(self, case_id: str) -> tuple[ChildCase, ...]:
        """The cases right below one."""
        return tuple(ChildCase.of(case) for case in self.cases.values() if case.parent == case_id)

    def facts(self, command: Command, case: Case | None = None) -> CaseFacts:
        """What is known of a case, as the command would have it."""
        given: Any = command.changes if isinstance(command, UpdateCase) else {}
        if isinstance(command, OpenCase):
            given = {name: getattr(command, name) for name in ("account", "contact", "consumer", "parent")}
        account, contact, consumer, parent = (
            given.get(name, getattr(case, name, None)) for name in ("account", "contact", "consumer", "parent")
        )
        if account is None and contact in self.contacts:
            account = self.contacts[contact].account
        wanted = command if isinstance(command, AddChildren) else AddChildren()
        into = command.into if isinstance(command, MergeCase) else None
        return CaseFacts(
            account=self.accounts.get(account or ""),
            contact=self.contacts.get(contact or ""),
            consumer=self.consumers.get(consumer or ""),
            parent=self.cases.get(parent or ""),
            children=() if case is None else self.children(case.id),
            recipients=(
                *(self.accounts[name] for name in wanted.accounts if name in self.accounts),
                *(self.consumers[name] for name in wanted.consumers if name in self.consumers),
                *self.contacts.values(),
            ),
            used_ids=frozenset(map(CommandId, self.done)),
            merge_target=self.cases.get(into or ""),
        )

    def _opened(self, command: OpenCase, actor: Actor) -> Step | Refusal:
        asked = for_themselves(command, actor)
        name = f"c{len(self.cases) + 1}"
        facts = self.facts(asked)
        taken = opening(asked, actor, facts, self.policy, self.now, CaseId(name), name.upper())
        if isinstance(taken, Refusal):
            return taken
        case = Case(**{"updated_at": self.now, **taken.changes})
        return self._kept(None, case, taken, actor, facts)

    def _applied(self, case_id: str, command: CaseCommand, actor: Actor) -> Step | Refusal:
        case = self.cases[case_id]
        facts = self.facts(command, case)
        taken = step(case, command, actor, facts, self.policy, self.now)
        if isinstance(taken, Refusal):
            return taken
        after = changed(case, taken.changes, version=case.version + 1, updated_at=self.now)
        return self._kept(case, after, taken, actor, facts)

    def _kept(self, before: Case | None, after: Case, taken: Step, actor: Actor, facts: CaseFacts) -> Step:
        self.cases[after.id] = after
        self.said.setdefault(after.id, []).extend(taken.activity)
        self.told += taken.intents
        place: dict[str, Any] = {"case": after.id, "version": after.version, "at": self.now, "by": actor}
        self.events.setdefault(after.id, []).extend(
            Event(**place, index=index, kind=kind, changes=changes, details=details)
            for index, (kind, changes, details) in enumerate(taken.happened)
        )
        return taken._replace(orders=taken.orders + propagated(before, after, taken, facts, self.policy))

    def _carried_out(self, taken: Step | Refusal) -> Step | Refusal:
        """Every order once, in the system's name, one after the other, as a service would."""
        waiting = deque(() if isinstance(taken, Refusal) else taken.orders)
        while waiting:
            order = waiting.popleft()
            if order.command_id in self.done:
                continue
            command = order.command
            followed = (
                self._opened(command, SYSTEM)
                if isinstance(command, OpenCase)
                else self._applied(order.case or "", command, SYSTEM)
            )
            if isinstance(followed, Refusal):
                self.refused.append((order, followed))
            else:
                self.done.add(order.command_id)
                waiting.extend(followed.orders)
        return taken
