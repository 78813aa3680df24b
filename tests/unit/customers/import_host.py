"""A host in memory that customers are imported into: it saves what it is given, at once or at the end."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from csmcore.model import Account, Contact, ImportOutcome, ImportRules, KnownAccounts, KnownContacts
from csmcore.rules import import_accounts, import_contacts

__all__ = ["RULES", "Host", "account", "contact"]

RULES = ImportRules(source="crm")


def account(id: str, **fields: Any) -> Account:  # noqa: A002 - it is the id
    """An account named as its id."""
    return Account(**{"id": id, "name": id, **fields})


def contact(id: str, **fields: Any) -> Contact:  # noqa: A002 - it is the id
    """A contact of account A named as their id."""
    return Contact(**{"id": id, "name": id, "account": "A", **fields})


@attrs.define
class Host:
    """Accounts and contacts by id, and keys; ``matching`` gives all that it has, as a careless host would."""

    accounts: dict[str, Account] = attrs.field(factory=dict)
    contacts: dict[str, Contact] = attrs.field(factory=dict)
    account_keys: dict[str, str] = attrs.field(factory=dict)
    contact_keys: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, *nouns: Account | Contact, **keys: str) -> "Host":
        """A host that has these nouns, some under keys."""
        host = cls()
        for noun in nouns:
            if isinstance(noun, Account):
                host.accounts[noun.id] = noun
            else:
                host.contacts[noun.id] = noun
        host.account_keys = {key: at for key, at in keys.items() if at in host.accounts}
        host.contact_keys = {key: at for key, at in keys.items() if at in host.contacts}
        return host

    def known_accounts(self) -> KnownAccounts:
        """What it answers about accounts."""
        return KnownAccounts(
            by_key=self.account,
            by_id=self.accounts.get,
            matching=lambda _, __: list(self.accounts.values()),
            key_of={at: key for key, at in self.account_keys.items()}.get,
        )

    def known_contacts(self) -> KnownContacts:
        """What it answers about contacts."""
        return KnownContacts(
            by_key=lambda key: self.contacts.get(self.contact_keys.get(key, "")),
            account=self.account,
            matching=lambda _, __: list(self.contacts.values()),
            key_of={at: key for key, at in self.contact_keys.items()}.get,
            by_id=self.contacts.get,
        )

    def account(self, key: str) -> Account | None:
        """The account under a key."""
        return self.accounts.get(self.account_keys.get(key, ""))

    def save(self, outcomes: Iterable[ImportOutcome[Any]]) -> Iterator[ImportOutcome[Any]]:
        """Save each outcome before the next row is read, and hand it on."""
        for outcome in outcomes:
            if outcome.is_to_save:
                is_account = isinstance(outcome.noun, Account)
                nouns: dict[str, Any] = self.accounts if is_account else self.contacts
                keys = self.account_keys if is_account else self.contact_keys
                assert outcome.noun is not None
                assert outcome.key is not None
                nouns[outcome.noun.id] = outcome.noun
                keys[outcome.key] = outcome.noun.id
            yield outcome

    def take(
        self, kind: type, rows: Iterable[object], rules: ImportRules = RULES, *, at_once: bool = True
    ) -> list[ImportOutcome[Any]]:
        """Import rows and save what comes of them: at once, or when all rows were read."""
        outcomes: Iterable[ImportOutcome[Any]]
        if kind is Account:
            outcomes = import_accounts(rows, self.known_accounts(), rules)
        else:
            outcomes = import_contacts(rows, self.known_contacts(), rules)
        return list(self.save(outcomes if at_once else list(outcomes)))
