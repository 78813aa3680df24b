"""Bulk import: rows of text in; accounts or contacts to save, and every reason why not, out.

The first row with a key speaks for it; later ones are its duplicates, whatever became of it. A row that something else
stands in the way of (its parent is yet to come, its e-mail address is still another's) waits for that, as long as a
later row may settle it. What is kept in memory is, for each row, its id and the identities that it brought (about 250
bytes for a contact, 410 for an account), and its key where the id does not follow from it; and the rows that wait.
**Law**: once all that was to be saved is saved, a second run over the same rows finds nothing to save, unless more rows
had to wait than may.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, Self

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    Account,
    AccountId,
    Contact,
    Imported,
    ImportOutcome,
    ImportRules,
    ImportSummary,
    KnownAccounts,
    KnownContacts,
    OutcomeKind,
    Reason,
)
from csmcore.rules.customers.emails import email_key
from csmcore.rules.customers.import_rows import KINDS, Kind, Row, RowReader, built, missing
from csmcore.rules.customers.import_waiting import ABOVE_ITSELF, Objection, Rival, WaitingRows

__all__ = ["import_accounts", "import_contacts", "import_summary"]

_DUPLICATE = frozenset({"repeated_key", "repeated_noun", "repeated_value", "known_value", "too_many_waiting"})
_NOT_ITS = "\n"  # before an id that a new key would get, were it not another's


def _same(value: str) -> str:
    return value


def _words(value: str) -> str:
    return " ".join(value.casefold().split())


_ALIKE: Mapping[str, Callable[[str], str]] = MappingProxyType({"email": email_key, "name": _words})


def import_accounts(
    rows: Iterable[object], known: KnownAccounts, rules: ImportRules
) -> Iterator[ImportOutcome[Account]]:
    """One outcome for each row, as the rows come: those that wait come when what they wait for is settled.

    A row is a mapping of columns to text: ``key``, ``name``, ``number``, ``parent`` (the key of the account above),
    ``account_code``, ``registration_code``, ``is_customer``, ``is_partner``, ``active``, ``phone``, ``website``,
    ``duns``, ``notes``, ``calendar``, ``timezone``. A parent is given out before its children. Numbers and both codes
    are identities. No row raises an error; InvalidValue is raised where ``rules`` name an identity that is none.
    """
    return _AccountRun.of(KINDS[Account], known, rules).outcomes(rows)


def import_contacts(
    rows: Iterable[object], known: KnownContacts, rules: ImportRules
) -> Iterator[ImportOutcome[Contact]]:
    """One outcome for each row, as the rows come: those that wait come when what they wait for is settled.

    A row is a mapping of columns to text: ``key``, ``account`` (as a rule, its key), ``name``, ``email``, ``phone``,
    ``user``, ``roles`` (with ``;`` between them), ``active``. The e-mail address within the account and the user are
    identities. No contact is moved to another account. No row raises an error; InvalidValue is raised where ``rules``
    name an identity that is none.
    """
    return _ContactRun.of(KINDS[Contact], known, rules).outcomes(rows)


def import_summary(outcomes: Iterable[ImportOutcome[Any]]) -> ImportSummary:
    """Counts of outcomes and of the reasons' codes. Nothing is kept of an outcome once it is counted."""
    kinds: Counter[OutcomeKind] = Counter()
    codes: Counter[str] = Counter()
    for outcome in outcomes:
        kinds[outcome.kind] += 1
        codes.update(reason.code for reason in outcome.reasons)
    return ImportSummary(outcomes=kinds, reasons=codes)


@attrs.define(eq=False)
class _Run(ABC, Generic[Imported]):
    """An import as far as it has come. ``claimed`` has the row that each id and each new identity is of.

    ``keys`` has the keys of those ids that do not follow from theirs.
    """

    kind: Kind[Imported]
    known: Any
    rules: ImportRules
    identities: tuple[str, ...]
    reader: RowReader[Imported]
    waiting: WaitingRows[Imported] = attrs.field(factory=WaitingRows)
    claimed: dict[str, int] = attrs.field(factory=dict)
    keys: dict[str, str] = attrs.field(factory=dict)
    given_up: set[tuple[str, str]] = attrs.field(factory=set)

    @classmethod
    def of(cls, kind: Kind[Imported], known: object, rules: ImportRules) -> Self:
        """A run that has not begun. Raises InvalidValue."""
        identities = kind.identities if rules.identities is None else rules.identities
        for name in identities:
            if name not in kind.may_identify:
                hint = f"choose from {', '.join(sorted(kind.may_identify))}"
                raise InvalidValue("identities", f"{shown(name)} identifies nothing", hint)
        return cls(kind, known, rules, identities, RowReader(kind, rules))

    def outcomes(self, rows: Iterable[object]) -> Iterator[ImportOutcome[Imported]]:
        """The outcome of every row."""
        for number, cells in enumerate(rows, 1):
            yield from self.taken(self.reader.read(number, cells))
        for row, objections in self.waiting.left():
            yield self.refused(row, objections)

    def taken(self, row: Row[Imported]) -> Iterator[ImportOutcome[Imported]]:
        """What comes of a row at once: its outcome, if it need not wait, and those of rows that waited for it."""
        if row.key is None:
            yield self.refused(row, [Objection(reason) for reason in row.problems])
            return
        row.noun = self.known.by_key(row.key)
        row.id = self.id_for(row.key) if row.noun is None else row.noun.id
        first = self.claimed.setdefault(row.id, row.number)
        if first != row.number:
            yield self.refused(row, [self.again(row, first), *map(Objection, row.problems)])
            return
        if row.id != self.derived(row.key):
            self.keys[row.id] = row.key
        stack = [row]
        while stack:
            row = stack.pop()
            outcome = self.judged(row)
            if outcome is not None:
                yield outcome
                if self.waiting:
                    stack += self.waiting.wake({row.id} if outcome.noun is None else {row.id, outcome.noun.id})

    def judged(self, row: Row[Imported]) -> ImportOutcome[Imported] | None:
        """The outcome of a row, or None where it waits."""
        values = dict(row.values)
        objections = [*map(Objection, row.problems), *self.refer(row, values)]
        target, matches = (row.noun, ()) if row.noun is not None else self.matched(row, values, objections)
        changes = values if target is None else _differences(target, values)
        if row.noun is not None and not changes and not objections:
            return ImportOutcome(row=row.number, kind="unchanged", key=row.key, noun=row.noun)
        noun = built(self.kind, changes, target, row.id.removeprefix(_NOT_ITS))
        against = [Objection(reason) for reason in noun] if isinstance(noun, list) else []
        if target is None:
            against += map(Objection, missing(self.kind, values, [one.reason for one in objections]))
            if row.id.startswith(_NOT_ITS):
                against.append(self.id_taken(row))
        else:
            against += self.related(target, changes)
            against += self.taking(target, changes)
        if isinstance(noun, list) or objections or against:
            objections += (one._replace(lifted_by=(*one.lifted_by, *matches)) for one in against)
            return None if self.waits(row, objections) else self.refused(row, objections)
        return self.accepted(row, target, noun, tuple(changes))

    def derived(self, key: str) -> str:
        """The id of what a key makes."""
        return f"{self.rules.source}:{key}"

    def id_for(self, key: str) -> str:
        """What a key that the host does not know is claimed by: the id of what it makes, marked if it is another's."""
        made = self.derived(key)
        is_anothers = made in self.keys if made in self.claimed else self.known.by_id(made) is not None
        return f"{_NOT_ITS}{made}" if is_anothers else made

    def id_taken(self, row: Row[Imported]) -> Objection:
        """A row would make what has the id of another; that it comes to adopt a noun instead may help."""
        made = shown(row.id.removeprefix(_NOT_ITS))
        text = f"{made}, the id that it would get, is that of another, which does not have this key"
        return Objection(Reason("id_taken", text, ("key",)))

    def again(self, row: Row[Imported], first: int) -> Objection:
        """An earlier row has the key of this one, or was of its noun by another key."""
        key = self.keys.get(row.id, row.id.removeprefix(self.derived("")))
        if key == row.key:
            reason = Reason("repeated_key", f"row {first:,} has the key {shown(key)} too", ("key",))
        else:
            text = f"row {first:,} is of {shown(row.id)} too, by the key {shown(key)}"
            reason = Reason("repeated_noun", text, ("key",))
        return Objection(reason, row=first)

    # --- who has it already ------------------------------------------------------------------------------------------

    def identity(self, field: str, value: object, account: str | None) -> str | None:
        """An identity as `claimed` has it; None where the field identifies nobody."""
        if not isinstance(value, str) or not value:
            return None
        value = _ALIKE.get(field, _same)(value)
        if field not in self.kind.within_account:
            return f"{field}\n{value}"
        return None if account is None else f"{field}\n{account}\n{value}"

    def identity_of(self, noun: Imported, field: str) -> str | None:
        """The identity that a noun has by a field."""
        return self.identity(field, getattr(noun, field), getattr(noun, "account", None))

    def rivals(self, values: Mapping[str, Any], account: str | None, own: str) -> Iterator[Rival[Imported]]:
        """Who else has the identities among these values; not who gave them up in this run."""
        for field in self.identities:
            identity = self.identity(field, values.get(field), account)
            if identity is None:
                continue
            if identity in self.claimed:
                yield Rival(field, self.claimed[identity], None)
                continue
            for noun in self.known.matching(field, _ALIKE.get(field, _same)(values[field])):
                is_its = self.identity_of(noun, field) == identity and (identity, noun.id) not in self.given_up
                if is_its and noun.id != own:
                    yield Rival(field, None, noun)

    def matched(
        self, row: Row[Imported], values: Mapping[str, Any], objections: list[Objection]
    ) -> tuple[Imported | None, tuple[str, ...]]:
        """The known noun that a row with a new key adopts, and the ids of all that it might, were others to change.

        What it is a duplicate of becomes an objection.
        """
        rivals = list(self.rivals(values, values.get("account"), row.id))
        known = {rival.noun.id: rival.noun for rival in rivals if rival.noun is not None}
        adopts = self.rules.on_match == "adopt"
        objections += (rival.objection for rival in rivals if rival.noun is None)
        if len(known) > 1:
            fields = tuple(dict.fromkeys(rival.field for rival in rivals))
            text = f"{' and '.join(fields)} match {len(known)} others: {', '.join(sorted(known))}"
            objections.append(Objection(Reason("ambiguous", text, fields), tuple(known)))
        elif known:
            [(noun_id, noun)] = known.items()
            if not adopts or noun_id in self.claimed:
                objections += (rival.objection for rival in rivals if rival.noun is not None)
            elif (key := self.known.key_of(noun_id)) not in {None, row.key}:
                text = f"it is {shown(noun_id)} by {rivals[0].field}, which has the key {shown(key)}"
                objections.append(Objection(Reason("conflicting_key", text, ("key", rivals[0].field)), (noun_id,)))
            else:
                return noun, (noun_id,)
        return None, tuple(known) if adopts else ()

    def taking(self, target: Imported, changes: Mapping[str, Any]) -> Iterator[Objection]:
        """An objection for each identity that a known noun would take from another."""
        for field, number, noun in self.rivals(changes, getattr(target, "account", None), target.id):
            whose = f"row {number:,} has it" if noun is None else f"it is that of {shown(noun.id)}"
            lifted_by = () if noun is None else (noun.id,)
            yield Objection(Reason(f"{field}_taken", f"{field} {shown(changes[field])}: {whose}", (field,)), lifted_by)

    # --- what becomes of a row ---------------------------------------------------------------------------------------

    def accepted(
        self, row: Row[Imported], target: Imported | None, noun: Imported, changed: tuple[str, ...]
    ) -> ImportOutcome[Imported]:
        """The row's noun is to be saved: its identities are its own, and those that it had are free."""
        for field in self.identities:
            if field not in changed:
                continue
            identity, before = self.identity_of(noun, field), target and self.identity_of(target, field)
            if identity is not None:
                self.claimed[identity] = row.number
            if before and before != identity:
                self.given_up.add((before, noun.id))
        self.claimed[noun.id] = row.number
        if noun.id != row.id and row.key is not None:
            self.keys[noun.id] = row.key
        self.keep(row, noun)
        kind: OutcomeKind = "created" if target is None else "adopted" if row.noun is None else "changed"
        return ImportOutcome(row=row.number, kind=kind, key=row.key, noun=noun, changed=changed)

    def refused(self, row: Row[Imported], objections: Iterable[Objection]) -> ImportOutcome[Imported]:
        """The row is not accepted: a duplicate, where nothing else is wrong with it."""
        reasons = tuple(dict.fromkeys(one.reason for one in objections))
        return ImportOutcome(
            row=row.number,
            kind="duplicate" if all(reason.code in _DUPLICATE for reason in reasons) else "rejected",
            key=row.key,
            reasons=reasons,
            of_row=next((one.row for one in objections if one.row is not None), None),
            of_id=next((one.id for one in objections if one.id is not None), None),
        )

    def waits(self, row: Row[Imported], objections: list[Objection]) -> bool:
        """Whether a later row may lift every objection; then the row is kept until something happens to the first."""
        open_ids = [[one for one in objection.lifted_by if not self.is_settled(one)] for objection in objections]
        if not all(open_ids):
            return False
        if len(self.waiting) >= self.rules.most_waiting:
            text = f"{len(self.waiting):,} rows wait for others already; put parents first, or run it again"
            objections.append(Objection(Reason("too_many_waiting", text)))
            return False
        self.waiting.park(row, objections, open_ids[0])
        return True

    def is_settled(self, noun_id: str) -> bool:
        """Whether nothing more happens to a noun in this run: its row was there, and does not wait."""
        return noun_id in self.claimed and noun_id not in self.waiting.held

    # --- what each kind adds -----------------------------------------------------------------------------------------

    @abstractmethod
    def refer(self, row: Row[Imported], values: dict[str, Any]) -> Iterable[Objection]:
        """Put the id of an account for its key, or say why there is none."""

    @abstractmethod
    def related(self, target: Imported, changes: Mapping[str, Any]) -> Iterable[Objection]:
        """What of a known noun may not become so."""

    @abstractmethod
    def keep(self, row: Row[Imported], noun: Imported) -> None:
        """Remember what later rows need to know of a noun."""


@attrs.define(eq=False)
class _AccountRun(_Run[Account]):
    """``parents`` has every account that is to be saved, with the one above it; ``adopted`` the ids of new keys."""

    parents: dict[str, str | None] = attrs.field(factory=dict)
    inactive: set[str] = attrs.field(factory=set)
    adopted: dict[str, AccountId] = attrs.field(factory=dict)

    def refer(self, row: Row[Account], values: dict[str, Any]) -> Iterable[Objection]:
        """The parent is known and active, or the row waits for it."""
        key = values.get("parent")
        if key is None:
            return ()
        del values["parent"]
        known = self.known.by_key(key)
        parent = (self.adopted.get(key) or self.id_for(key)) if known is None else known.id
        if parent == row.id:
            return (Objection(ABOVE_ITSELF),)
        if known is None and parent not in self.parents:
            reason = Reason("unknown_parent", f"{shown(key)}: no account has that key", ("parent",))
            return (Objection(reason, (parent,)),)
        values["parent"] = parent
        is_active = parent not in self.inactive if parent in self.parents or known is None else known.active
        if not is_active and (row.noun is None or row.noun.parent != parent):
            return (Objection(Reason("inactive_parent", f"{shown(key)} is not active", ("parent",)), (parent,)),)
        return ()

    def related(self, target: Account, changes: Mapping[str, Any]) -> Iterable[Objection]:
        """No account comes to be above itself; a change of one of those between may help."""
        above: dict[str, None] = {}
        account = changes.get("parent")
        while account is not None and account != target.id and account not in above:
            above[account] = None
            account = self.parents[account] if account in self.parents else self._known_parent(account)
        return (Objection(ABOVE_ITSELF, tuple(above)),) if account == target.id else ()

    def _known_parent(self, account: str) -> str | None:
        known = self.known.by_id(account)
        return None if known is None else known.parent

    def keep(self, row: Row[Account], noun: Account) -> None:
        """An account to be saved can be a parent."""
        self.parents[noun.id] = noun.parent
        if not noun.active:
            self.inactive.add(noun.id)
        if noun.id != row.id and row.key is not None:
            self.adopted[row.key] = noun.id


@attrs.define(eq=False)
class _ContactRun(_Run[Contact]):
    """Accounts do not change while contacts are imported."""

    def refer(self, row: Row[Contact], values: dict[str, Any]) -> Iterable[Objection]:
        """The account is known, and takes new contacts only while it is active."""
        key = values.get("account")
        if key is None:
            return ()
        account = self.known.account(key)
        if account is None:
            del values["account"]
            return (Objection(Reason("unknown_account", f"{shown(key)}: no account has that key", ("account",))),)
        values["account"] = account.id
        if not account.active and (row.noun is None or row.noun.account != account.id):
            return (Objection(Reason("inactive_account", f"{shown(key)} is not active", ("account",))),)
        return ()

    def related(self, target: Contact, changes: Mapping[str, Any]) -> Iterable[Objection]:
        """A contact stays with their account."""
        if "account" not in changes:
            return ()
        text = f"{shown(target.id)} is a contact of {shown(target.account)}, and of no other"
        return (Objection(Reason("other_account", text, ("account",))),)

    def keep(self, row: Row[Contact], noun: Contact) -> None:
        """Contacts are not referred to."""


def _differences(noun: Account | Contact, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(noun, name) != value}
