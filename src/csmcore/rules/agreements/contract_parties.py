"""Who else has a part in a contract."""

from collections.abc import Iterable, Iterator

from csmcore.errors import shown
from csmcore.model import Account, Contact, ContractRelationship, Reason, Refusal, ServiceContract, User

__all__ = ["relate_contract"]


def relate_contract(
    relationship: ContractRelationship,
    contract: ServiceContract | None,
    party: Account | Contact | User | None,
    known: Iterable[ContractRelationship],
) -> ContractRelationship | Refusal:
    """A part in a contract that somebody may have, or every reason why not.

    ``contract`` and ``party`` are those that it names, None where there are none; ``known`` are the parts that others,
    or they themselves, have already. One may have several roles, each once.
    """
    reasons = (*_unknown(relationship, contract, party), *_twice(relationship, known))
    return Refusal(reasons) if reasons else relationship


def _unknown(
    relationship: ContractRelationship, contract: ServiceContract | None, party: Account | Contact | User | None
) -> Iterator[Reason]:
    if contract is None or contract.id != relationship.contract:
        yield Reason("unknown_contract", f"there is no contract {shown(relationship.contract)}", ("contract",))
    for name, kind in (("account", Account), ("contact", Contact), ("user", User)):
        named = getattr(relationship, name)
        if named is not None and not (isinstance(party, kind) and party.id == named):
            yield Reason(f"unknown_{name}", f"{shown(named)}: no {name} is known by that id", (name,))


def _twice(relationship: ContractRelationship, known: Iterable[ContractRelationship]) -> Iterator[Reason]:
    for one in known:
        if one.id == relationship.id:
            yield Reason("id_taken", f"{shown(one.id)} is the id of another part", ("id",))
        elif _part(one) == _part(relationship):
            yield Reason("duplicate", f"{shown(one.id)} says so already", ("contract", "role"))


def _part(relationship: ContractRelationship) -> tuple[str | None, ...]:
    one = relationship
    return one.contract, one.role.casefold().strip(), one.account, one.contact, one.user
