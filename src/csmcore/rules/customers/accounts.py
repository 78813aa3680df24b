"""The tree of accounts, the codes that are an account's alone, and whom of its people to ask first.

Facts about the tree are lines of accounts, the nearest first. Paths are read from them and kept nowhere, so that an
account that moves takes the paths of all below it along.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import attrs

from csmcore.errors import shown
from csmcore.model import Account, AccountId, Contact, Reason, Refusal

__all__ = ["account_path", "add_account", "move_account", "set_codes", "set_primary_contact"]

_ABOVE_ITSELF = Reason("above_itself", "the account would be above itself", ("parent",))
_INACTIVE = Reason("inactive_parent", "the account above is inactive", ("parent",))
_INCOMPLETE = Reason("incomplete_line", "the accounts given do not lead from the parent to its root", ("parent",))
_FOREIGN = Reason("foreign_contact", "the primary contact is one of the account's own", ("primary_contact",))
_NOT_ACTIVE = Reason("inactive_contact", "the contact is inactive", ("primary_contact",))
_TAKEN: Mapping[str, Reason] = MappingProxyType(
    {
        "account_code": Reason("account_code_taken", "another account has this code", ("account_code",)),
        "registration_code": Reason(
            "registration_code_taken", "another account has this registration code", ("registration_code",)
        ),
    }
)


def add_account(account: Account, above: Sequence[Account], code_holders: Iterable[Account]) -> Account | Refusal:
    """A new account where it may be added as it is. Facts are as for `move_account` and `set_codes`.

    Its primary contact is set afterwards: a contact is of an account that is there.
    """
    reasons = (*_misplaced(account, account.parent, above), *_taken(account, code_holders))
    if account.primary_contact is not None:
        reasons += (_FOREIGN,)
    return Refusal(reasons) if reasons else account


def move_account(account: Account, parent: AccountId | None, above: Sequence[Account]) -> Account | Refusal:
    """The account below another parent, or at a root of its own. No account is ever above itself.

    ``above`` are the new parent and all accounts above it, the nearest first: a line with a gap could hide a circle,
    and is refused.
    """
    reasons = tuple(_misplaced(account, parent, above))
    return Refusal(reasons) if reasons else attrs.evolve(account, parent=parent)


def account_path(line: Sequence[Account]) -> str | None:
    """The codes from the root down to an account, with ``/`` between them; None where one of them has no code.

    ``line`` are the account and all above it, the nearest first (ServiceNow's account path).

    >>> north, acme = Account(id="n", name="North", account_code="N1"), Account(id="a", name="Acme", account_code="AC")
    >>> account_path([north, acme])
    'AC/N1'
    """
    codes = [account.account_code for account in reversed(line)]
    known = [code for code in codes if code is not None]
    return "/".join(known) if known and len(known) == len(codes) else None


def set_codes(
    account: Account, account_code: str | None, registration_code: str | None, code_holders: Iterable[Account]
) -> Account | Refusal:
    """The account with these codes, each of which no other account has.

    ``code_holders`` are the accounts that have one of them, inactive ones too. Raises InvalidValue for what is no code.
    """
    changed = attrs.evolve(account, account_code=account_code, registration_code=registration_code)
    reasons = tuple(_taken(changed, code_holders))
    return Refusal(reasons) if reasons else changed


def set_primary_contact(account: Account, contact: Contact | None) -> Account | Refusal:
    """The account with one of its own active contacts as the first to ask, or with none."""
    if contact is None:
        return attrs.evolve(account, primary_contact=None)
    wrong = {_FOREIGN: contact.account != account.id, _NOT_ACTIVE: not contact.active}
    reasons = tuple(reason for reason, holds in wrong.items() if holds)
    return Refusal(reasons) if reasons else attrs.evolve(account, primary_contact=contact.id)


def _misplaced(account: Account, parent: AccountId | None, above: Sequence[Account]) -> Iterator[Reason]:
    if parent is None:
        return
    ids = [one.id for one in above]
    if account.id == parent or account.id in ids:
        yield _ABOVE_ITSELF
    if ids[:1] != [parent]:
        yield Reason("unknown_parent", f"{shown(parent)}: no such account", ("parent",))
        return
    if not above[0].active:
        yield _INACTIVE
    if [one.parent for one in above] != [*ids[1:], None]:
        yield _INCOMPLETE


def _taken(account: Account, code_holders: Iterable[Account]) -> Iterator[Reason]:
    others = [holder for holder in code_holders if holder.id != account.id]
    for name, reason in _TAKEN.items():
        code = getattr(account, name)
        if code is not None and any(getattr(holder, name) == code for holder in others):
            yield reason
