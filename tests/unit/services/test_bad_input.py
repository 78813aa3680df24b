"""Every kind of wrong command: a refusal with all its reasons or a typed error, and everything as it was."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from csmcore.errors import CsmError, InvalidValue, LimitExceeded, NotFound, StaleVersion, UnknownKey
from csmcore.model import (
    SYSTEM,
    AcceptSolution,
    Actor,
    AddComment,
    AddWorkNote,
    AssignCase,
    AssignToMe,
    AutoCloseCase,
    CancelCase,
    CaseCommand,
    CaseId,
    CaseState,
    CloseCase,
    Command,
    CommandId,
    Decision,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    Refused,
    RejectSolution,
    RequestInfo,
    UpdateCase,
)
from csmcore.services import CaseService
from tests.tally import Tally
from tests.unit.services.desk import ANN, JO, KAY, ROUTES, STRANGER, at, desk, made, opened, snapshot, walk


class Wrong(NamedTuple):
    """A command that is refused, and the codes of the reasons, all of them."""

    command: Command
    actor: Actor
    codes: tuple[str, ...]
    state: CaseState = "open"

    def send(self, service: CaseService, case_id: CaseId) -> Decision:
        """Give the command, about that case if it is about one."""
        if isinstance(self.command, OpenCase):
            return service.open(self.command, self.actor, CommandId("wrong"))
        return service.apply(case_id, self.command, self.actor, CommandId("wrong"))


def opens(codes: str, actor: Actor = ANN, **fields: Any) -> Wrong:
    """An opening that is refused."""
    return Wrong(
        made(OpenCase, **{"short_description": "Help", "account": "acme", **fields}), actor, tuple(codes.split())
    )


def does(codes: str, command: CaseCommand, actor: Actor = ANN, state: CaseState = "open") -> Wrong:
    """Something that is refused to be done with a case in a state."""
    return Wrong(command, actor, tuple(codes.split()), state)


def updates(codes: str, **changes: object) -> Wrong:
    """An update that is refused."""
    return does(codes, UpdateCase(changes))


WRONG = {
    # missing content
    "nothing at all": opens("missing missing", account=None, short_description=""),
    "no description": opens("missing", short_description=" \t"),
    "a comment without text": does("missing", AddComment()),
    "a note without text": does("missing", AddWorkNote("\n")),
    "a question without text": does("missing", RequestInfo("")),
    "a solution without anything": does("missing missing", ProposeSolution()),
    "a solution without notes": does("missing", ProposeSolution(code="fixed", notes=" ")),
    "an assignment to nobody": does("missing", AssignCase()),
    "an update of nothing": does("missing", UpdateCase()),
    "an override without priority and reason": does("missing missing", OverridePriority()),
    "a rejection without a reason": does("missing", RejectSolution(), JO, "resolved"),
    "a close without code and notes": does("missing missing", CloseCase()),
    "a cancellation without a reason": does("missing", CancelCase()),
    # unknown ids
    "an unknown account": opens("unknown_account", account="nowhere"),
    "an unknown contact": opens("unknown_contact", contact="nobody"),
    "an unknown consumer": opens("unknown_consumer", account=None, consumer="nobody"),
    "an unknown product": opens("unknown_product", product="nothing"),
    "an unknown asset": opens("unknown_asset", asset="nothing"),
    "an unknown contract": opens("unknown_contract", contract="none"),
    "an unknown entitlement": opens("unknown_entitlement", entitlement="none"),
    "an unknown case to follow": opens("unknown_follow_up_of", follow_up_of="CS9"),
    "several unknown at once": opens(
        "unknown_product unknown_asset unknown_contract", product="x", asset="x", contract="x"
    ),
    "an update to an unknown account": updates("unknown_account", account="nowhere"),
    "an update to an unknown contact": updates("unknown_contact", contact="nobody"),
    "an update to an unknown asset": updates("unknown_asset", asset="nothing"),
    # what belongs to others
    "another account's contact": opens("unknown_contact", contact="rob"),
    "another account's asset": opens("unknown_asset", asset="press-2"),
    "another account's contract": opens("unknown_contract", contract="c-rival"),
    "another account's entitlement": opens("unknown_entitlement", entitlement="e-rival"),
    "a consumer's asset": updates("unknown_asset", asset="phone-1"),
    "an update to another's contract": updates("unknown_contract", contract="c-rival"),
    # contradictions
    "an account and a consumer": opens("account_and_consumer", consumer="kay"),
    "a partner's contact without the partner": opens("partner_missing", partner_contact="pat"),
    "a case that is its own parent": updates("own_parent", parent="CS0000001"),
    "no customer any more": updates("customer_missing", account=None, contact=None),
    "by hand and derived": updates("by_hand_or_derived", contract="c-acme", contract_is_manual=False),
    # the wrong person, state or time
    "a stranger who looks": does("not_involved", AddComment("Hello?"), STRANGER),
    "a stranger who opens for another": opens("not_involved", STRANGER),
    "a consumer who opens for an account": opens("not_involved", KAY),
    "a contact who sets an agent's field": opens("not_yours_to_set", JO, contact="jo", assigned_to="ann"),
    "a contact who notes": does("not_permitted", AddWorkNote("Psst"), JO),
    "a solution before any work": does("wrong_state", ProposeSolution(code="a", notes="b"), ANN, "new"),
    "a solution accepted before there is one": does("wrong_state", AcceptSolution(), JO),
    "an auto close that is off": does("wrong_state", AutoCloseCase(), SYSTEM),
    "everything wrong at once": does("wrong_state not_permitted missing missing", ProposeSolution(), JO, "new"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_a_wrong_command_is_refused_with_all_its_reasons(wrong: Wrong, tally: Tally) -> None:
    """The refusal has every reason, each with a text; nothing has changed, and the id is not used up."""
    host, clock, service = desk()
    case_id = opened(service)
    walk(service, clock, case_id, wrong.state)
    before = snapshot(host)
    with pytest.raises(Refused) as refused:
        wrong.send(service, case_id)
    assert refused.value.refusal.codes == wrong.codes
    assert all(reason.text for reason in refused.value.refusal.reasons)
    assert snapshot(host) == before
    assert (
        service.apply(case_id, AddWorkNote("Right"), ANN, CommandId("wrong")).case.version
        == before[0][case_id].version + 1
    )
    tally("wrong commands refused", 1)


MADE_WRONG: dict[str, tuple[Callable[[], object], type[CsmError], str]] = {
    "an id with a newline": (lambda: made(OpenCase, account="acme\n"), InvalidValue, "account"),
    "an empty id": (lambda: made(AssignCase, user=""), InvalidValue, "user"),
    "an impact of 4": (lambda: OpenCase(impact=4), InvalidValue, "impact"),
    "a priority of 0": (lambda: OverridePriority(priority=0), InvalidValue, "priority"),
    "an unknown channel": (lambda: made(OpenCase, channel="fax"), InvalidValue, "channel"),
    "a text of a megabyte": (lambda: AddComment("x" * 1_000_000), LimitExceeded, "text"),
    "half a surrogate pair": (lambda: AddComment("\ud800"), InvalidValue, "text"),
    "a user informed twice": (lambda: made(OpenCase, informed_users=("a", "a")), InvalidValue, "informed_users"),
    "a field that is no field": (lambda: UpdateCase({"colour": "red"}), UnknownKey, "changes"),
    "a field with a command of its own": (lambda: UpdateCase({"state": "closed"}), UnknownKey, "changes"),
    "a text for a number": (lambda: UpdateCase({"impact": "1"}), InvalidValue, "impact"),
    "a list for a tuple": (lambda: UpdateCase({"informed_users": ["a"]}), InvalidValue, "informed_users"),
    "None for what is never empty": (lambda: UpdateCase({"channel": None}), InvalidValue, "channel"),
    "an actor of no kind": (lambda: made(Actor, kind="robot", id="r2"), InvalidValue, "kind"),
}


@pytest.mark.parametrize(("make", "error", "path"), MADE_WRONG.values(), ids=list(MADE_WRONG))
def test_a_command_that_cannot_be_is_not_made(make: Callable[[], object], error: type[CsmError], path: str) -> None:
    """What no case could hold is refused where it is written, and the error names the field."""
    with pytest.raises(error) as wrong:
        make()
    assert getattr(wrong.value, "path", None) == path


def test_a_clock_that_went_back_is_refused() -> None:
    """A command that would be earlier than its case's last change is refused, and nothing has changed."""
    host, clock, service = desk("12 10:00")
    case_id = opened(service)
    clock.set(at("12 09:59"))
    before = snapshot(host)
    with pytest.raises(Refused) as refused:
        service.apply(case_id, AssignToMe(), ANN)
    assert refused.value.refusal.codes == ("too_early",)
    assert snapshot(host) == before


def test_an_unknown_case_or_version_is_a_typed_error() -> None:
    """Each says what it was asked for."""
    host, _, service = desk()
    case_id = opened(service)
    before = snapshot(host)
    with pytest.raises(NotFound):
        service.apply(CaseId("CS9"), AssignToMe(), ANN)
    with pytest.raises(StaleVersion):
        service.apply(case_id, AssignToMe(), ANN, expected_version=0)
    assert snapshot(host) == before


def test_every_state_has_its_wrong_commands() -> None:
    """The list above reaches every state that a case can be brought to."""
    assert {wrong.state for wrong in WRONG.values()} >= ROUTES.keys() - {"awaiting_info"}
