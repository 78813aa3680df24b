"""Account teams, contacts who act for accounts, and the definitions of what they are responsible for."""

from typing import Any

import attrs
import pytest

from csmcore.model import Account, Contact, ContactRelationship, Refusal, ResponsibilityDefinition, TeamMember
from csmcore.rules import assign_team_member, define_responsibility, delete_responsibility, relate_contact
from tests.unit.lifecycle.cast import made

MANAGER = made(ResponsibilityDefinition, id="manager", name="Account Manager", is_unique=True)
SUPPORT = made(ResponsibilityDefinition, id="support", name="Support Agent")
BUYER = made(ResponsibilityDefinition, id="buyer", name="Buyer", held_by="contact", is_unique=True)
ACME = made(Account, id="acme", name="Acme")
EVE = made(Contact, id="eve", account="acme", name="Eve")
PAT = made(Contact, id="pat", account="dealer", name="Pat")


def member(name: str, user: str, what: str = "manager", **whose: str) -> TeamMember:
    """A member of a team, Acme's unless said otherwise."""
    return made(TeamMember, id=name, user=user, responsibility=what, **(whose or {"account": "acme"}))


def acts(name: str, contact: str, what: str | None = "buyer", account: str = "acme") -> ContactRelationship:
    """A contact who acts for an account."""
    return made(ContactRelationship, id=name, contact=contact, account=account, responsibility=what)


def relate(*given: Any, circle: Any) -> Any:
    """What the rule says of a contact's relationship."""
    return relate_contact(*given, circle=circle)


def codes(answer: Any) -> tuple[str, ...]:
    """The codes of a refusal; none where it is no refusal."""
    return answer.codes if isinstance(answer, Refusal) else ()


def test_a_unique_responsibility_has_one_holder_for_each_customer() -> None:
    """Another user is refused here, and welcome elsewhere; the holder may change in place."""
    ann = member("1", "ann")
    assert codes(assign_team_member(member("2", "bob"), MANAGER, [ann])) == ("responsibility_taken",)
    for whose in ({"account": "zeta"}, {"consumer": "acme"}, {"household": "acme"}):
        assert codes(assign_team_member(member("2", "bob", **whose), MANAGER, [ann])) == ()
    assert assign_team_member(member("1", "bob"), MANAGER, [ann]) == member("1", "bob")


def test_nobody_has_one_responsibility_twice() -> None:
    """Neither a unique one nor another; two users may share what is not unique."""
    assert codes(assign_team_member(member("2", "ann"), MANAGER, [member("1", "ann")])) == ("duplicate_member",)
    helper = member("1", "ann", "support")
    assert codes(assign_team_member(member("2", "ann", "support"), SUPPORT, [helper])) == ("duplicate_member",)
    assert codes(assign_team_member(member("2", "bob", "support"), SUPPORT, [helper])) == ()


def test_every_reason_is_said() -> None:
    """A taken and repeated one of two holders says both."""
    held = [member("1", "ann"), member("2", "bob")]
    assert codes(assign_team_member(member("3", "ann"), MANAGER, held)) == ("responsibility_taken", "duplicate_member")


@pytest.mark.parametrize(
    ("definition", "expected"), [(None, "unknown_responsibility"), (SUPPORT, "unknown_responsibility")]
)
def test_an_unknown_responsibility_is_refused(definition: ResponsibilityDefinition | None, expected: str) -> None:
    """So is the definition of another one."""
    assert codes(assign_team_member(member("1", "ann"), definition, [])) == (expected,)


def test_teams_are_of_users() -> None:
    """What is for contacts is for no team, and the other way round."""
    assert codes(assign_team_member(member("1", "ann", "buyer"), BUYER, [])) == ("wrong_holder",)
    given: tuple[Any, ...] = (acts("1", "eve", "support"), EVE, ACME, SUPPORT, [])
    assert codes(relate(*given, circle=())) == ("wrong_holder",)


def test_a_contact_acts_for_an_account_of_their_circle() -> None:
    """Their own, one of its hierarchy or one related to it; any where that is not asked for."""
    pat: tuple[Any, ...] = (acts("1", "pat"), PAT, ACME, BUYER, [])
    assert codes(relate(*pat, circle=[])) == ("outside_hierarchy",)
    assert relate(*pat, circle=[PAT.account]) == pat[0]
    assert codes(relate(*pat, circle=None)) == ()
    assert codes(relate(acts("1", "eve", None), EVE, ACME, None, [], circle=[])) == ()


def test_one_contact_has_a_unique_responsibility_for_an_account() -> None:
    """And none has any twice, or is related twice without one."""
    eve = acts("1", "eve")
    assert codes(relate(acts("2", "pat"), PAT, ACME, BUYER, [eve], circle=None)) == ("responsibility_taken",)
    assert codes(relate(acts("2", "eve"), EVE, ACME, BUYER, [eve], circle=None)) == ("duplicate_contact",)
    plain = (acts("2", "eve", None), EVE, ACME, None)
    assert codes(relate(*plain, [acts("1", "eve", None)], circle=None)) == ("duplicate_contact",)
    assert codes(relate(*plain, [eve], circle=None)) == ()


def test_a_contact_relationship_is_between_those_that_are_there() -> None:
    """Unknown and inactive ones are named, each by its own reason."""
    unknown = relate(acts("1", "eve"), None, None, None, [], circle=[])
    assert codes(unknown) == ("unknown_contact", "unknown_account", "unknown_responsibility")
    gone = (attrs.evolve(EVE, active=False), attrs.evolve(ACME, active=False))
    assert codes(relate(acts("1", "eve"), *gone, BUYER, [], circle=[])) == (
        "inactive_contact",
        "inactive_account",
    )


def test_a_definition_fits_those_who_are_responsible_already() -> None:
    """It becomes neither unique where two hold it, nor for others than hold it."""
    two = [member("1", "ann", "support"), member("2", "bob", "support")]
    apart = [member("1", "ann", "support"), member("2", "bob", "support", account="zeta")]
    unique = attrs.evolve(SUPPORT, is_unique=True)
    assert codes(define_responsibility(unique, two)) == ("responsibility_taken",)
    assert define_responsibility(unique, apart) is unique
    assert define_responsibility(MANAGER, two) is MANAGER
    assert codes(define_responsibility(attrs.evolve(unique, held_by="contact"), two)) == (
        "wrong_holder",
        "responsibility_taken",
    )


def test_a_definition_goes_when_nobody_has_it() -> None:
    """Team members and contacts are uses alike."""
    assert codes(delete_responsibility(BUYER, [acts("1", "eve")])) == ("responsibility_in_use",)
    assert delete_responsibility(SUPPORT, [acts("1", "eve"), member("1", "ann")]) is SUPPORT
