"""An account's related lists, each asked of the host when it is read."""

from typing import Any

import pytest

from csmcore.adapters import MemoryHost
from csmcore.errors import NotFound
from csmcore.model import (
    Account,
    AccountId,
    AccountRelationship,
    AccountRelationshipType,
    Actor,
    Address,
    Asset,
    Contact,
    ContactRelationship,
    ContractRelationship,
    Entitlement,
    InstallBaseItem,
    OpenCase,
    ServiceContract,
    SocialProfile,
    SoldProduct,
    SupportPolicy,
    TeamMember,
)
from csmcore.services import CaseService, related

ACME = AccountId("acme")


def made(kind: Any, **fields: Any) -> Any:
    """A noun whose fields are texts."""
    return kind(**fields)


def host() -> MemoryHost:
    """Acme below Holding, with one or two of everything; and Rival, with the same."""
    known = MemoryHost(SupportPolicy(name="desk", version="1"))
    known.add(
        made(Account, id="holding", name="Holding", account_code="HOLD"),
        made(
            Account,
            id="acme",
            name="Acme",
            parent="holding",
            account_code="ACME",
            addresses=(made(Address, id="a", is_primary=True),),
            social_profiles=(SocialProfile(network="mastodon", handle="@acme"),),
        ),
        made(Account, id="below", name="Below", parent="acme"),
        made(Account, id="dealer", name="Dealer", is_partner=True),
        made(AccountRelationshipType, id="t", from_role="partner", label="resells to", reverse_label="buys from"),
        made(AccountRelationship, id="r1", type="t", from_account="dealer", to_account="acme"),
        made(AccountRelationship, id="r2", type="gone", from_account="dealer", to_account="acme"),
    )
    for account in ("acme", "rival"):
        known.add(
            made(Contact, id=f"jo@{account}", account=account, name="Jo"),
            made(Asset, id=f"press@{account}", product_model="press", account=account),
            made(SoldProduct, id=f"sold@{account}", product="press", account=account),
            made(InstallBaseItem, id=f"item@{account}", account=account),
            made(ServiceContract, id=f"c@{account}", number="C", account=account),
            made(Entitlement, id=f"e1@{account}", number="E1", account=account, contract=f"c@{account}"),
            made(Entitlement, id=f"e2@{account}", number="E2", contract=f"c@{account}"),
            made(TeamMember, id=f"m@{account}", user="ann", responsibility="manager", account=account),
            made(ContactRelationship, id=f"2@{account}", account=account, contact="kim", order=20),
            made(ContactRelationship, id=f"1@{account}", account=account, contact="lee", order=10),
            made(ContractRelationship, id=f"p@{account}", contract=f"c@{account}", role="bill to", contact="jo"),
            made(ContractRelationship, id=f"q@{account}", contract="another", role="reseller", account=account),
        )
    return known


def test_each_list_has_what_is_the_accounts() -> None:
    """And nothing of another account's."""
    known = host()
    ann = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
    case = CaseService(known).open(OpenCase(account=ACME, short_description="No sound"), ann).case
    found = related(known, ACME)
    lists = (found.contacts, found.assets, found.sold_products, found.install_base_items, found.contracts)
    assert [[each.id for each in entries] for entries in lists] == [
        ["jo@acme"],
        ["press@acme"],
        ["sold@acme"],
        ["item@acme"],
        ["c@acme"],
    ]
    assert [each.id for each in found.entitlements] == ["e1@acme", "e2@acme"]
    assert [each.id for each in found.child_accounts] == ["below"]
    assert [each.id for each in found.team_members] == ["m@acme"]
    assert [each.id for each in found.contact_relationships] == ["1@acme", "2@acme"]
    assert sorted(each.id for each in found.contract_relationships) == ["p@acme", "q@acme"]
    assert found.cases == (case,)
    assert found.account_relationships == (("buys from", "dealer"),)
    assert (found.addresses, found.social_profiles) == (found.account.addresses, found.account.social_profiles)
    assert (found.path, found.above[0].id) == ("HOLD/ACME", "holding")


def test_lists_are_read_anew_each_time() -> None:
    """What was added in between is there; what moved away is not."""
    known = host()
    found = related(known, ACME)
    known.add(
        made(Contact, id="kim", account="acme", name="Kim"), made(Contact, id="jo@acme", account="rival", name="Jo")
    )
    assert [each.id for each in found.contacts] == ["kim"]


def test_an_account_is_printed_with_the_length_of_each_list() -> None:
    """All of them, empty ones too."""
    lines = str(related(host(), ACME)).splitlines()
    assert lines[0] == "Acme (acme)"
    assert lines[1:4] == [
        "  contacts                     1",
        "  addresses                    1",
        "  cases                        0",
    ]
    assert len(lines) == 15


def test_an_unknown_account_is_not_found() -> None:
    """It has no lists."""
    with pytest.raises(NotFound, match="there is no account 'nobody'"):
        related(host(), AccountId("nobody"))
