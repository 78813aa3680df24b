"""Nouns of every kind, drawn by the types of their fields; and whatever may stand where something else belongs."""

from collections import abc
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, NewType, TypeVar, get_args, get_origin

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from csmcore.calendars import Calendar, calendar_from_mapping
from csmcore.conditions import AllOf, AnyOf, Atom, Condition, Not, atoms_of
from csmcore.errors import CalendarExhausted, InvalidValue
from csmcore.model import (
    ALERT_SEVERITIES,
    COMMANDS,
    ENTITLEMENT_STRATEGIES,
    REVISION_SCHEMA,
    TASK_FIELDS,
    Account,
    AccountRelationshipType,
    Address,
    AgreementBook,
    Asset,
    Case,
    CaseTask,
    Consumer,
    ContactRelationship,
    ContractRelationship,
    DefinitionId,
    Entitlement,
    EntitlementPolicy,
    Escalation,
    EscalationPolicy,
    EscalationTemplate,
    Event,
    Goal,
    Household,
    HouseholdMember,
    InstallBaseItem,
    Measure,
    ModelCategory,
    Order,
    ProactivePolicy,
    ProductModel,
    RelationshipTypeId,
    ResponsibilityDefinition,
    Revision,
    Rota,
    RotaSwap,
    ServiceContract,
    SlaDefinition,
    SoldProduct,
    SpecialHandlingNote,
    SupportPolicy,
    TeamMember,
    Threshold,
    UpdateCase,
    UpdateTask,
    User,
)
from tests.oracle.random_calendars import random_document
from tests.oracle.transitions import AWKWARD_ZONES
from tests.property.case_type_scenes import case_types

__all__ = ["HOSTILE", "agreement_books", "nouns", "policies", "texts"]

_Noun = TypeVar("_Noun")

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**63,
    10**5_000,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "false",
    "1",
    "1_0",
    "nan",
    "8h",
    "-8h",
    "1d",
    "9999999999999999h",
    "\ud800",
    "a\0b",
    "2026-02-30",
    "2026-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "x" * 200_000,
    b"x",
    Decimal("1.5"),
    date(2026, 1, 1),
    datetime(2026, 1, 1),
    datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
    time(1),
    [],
    ["x"],
    [[]],
    [None],
    {},
    {"": {}},
    {"id": "x"},
    {1: 2},
    {"instant": "x"},
    {"field": "state", "op": "eq", "value": "open"},
    {"all": []},
    (1, 2),
    {1, 2},
    object(),
)
"""What may stand in a document where something else belongs."""

_ZONES = ("UTC", "Europe/Berlin", "America/New_York")
_letters = st.characters(exclude_categories=["Cs", "Cc", "Cf"])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_ids = st.text(_letters, min_size=1, max_size=20).filter(lambda text: text == text.strip())
_written = st.text(_letters, max_size=30).filter(str.strip)
_instants = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)).map(lambda local: local.replace(tzinfo=UTC))
_durations = st.timedeltas(timedelta(0), timedelta(days=36_525))
_decimals = st.decimals(-(10**12), 10**12, places=3)
_free = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63) + 1, 2**63 - 1), texts, _instants, st.dates(), _decimals, _durations
)
_free_mappings = st.dictionaries(texts, st.one_of(_free, st.lists(_free, max_size=3).map(tuple)), max_size=4)

_KNOWN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: _ids,
    int: st.integers(1, 3),
    bool: st.booleans(),
    datetime: _instants,
    date: st.dates(),
    timedelta: _durations,
    Mapping[str, object]: _free_mappings,
}


def nouns(kind: type[_Noun]) -> st.SearchStrategy[_Noun]:
    """Any noun of a kind, which its own checks accept."""
    return st.deferred(lambda: _nouns(kind))


@st.composite
def _nouns(draw: st.DrawFn, kind: Any) -> Any:
    own = {**_TEXTS, **_OWN.get(kind, {})}
    fields = [field for field in attrs.fields(kind) if field.init]
    given = [field for field in fields if field.default is attrs.NOTHING or draw(st.booleans())]
    values = {field.name: draw(own[field.name] if field.name in own else _typed(field.type)) for field in given}
    _arrange(values)
    _arrange_agreed(kind, values)
    _arrange_escalated(kind, values)
    try:
        return kind(**values)
    except InvalidValue:
        reject()


_SPANS = (
    *(("starts_on", "ends_on"), ("date_added", "date_removed"), ("effective_on", "expires_on")),
    ("raised_at", "cleared_at"),
)
"""The fields that come in this order."""


def _arrange(values: dict[str, Any]) -> None:
    """Put right what the checks of a whole noun ask for."""
    for first, last in _SPANS:
        if None not in (values.get(first), values.get(last)):
            values[first], values[last] = sorted((values[first], values[last]))
    if values.get("kind") != "internal" and "roles" in values:
        values["roles"] -= {"agent", "manager", "admin"}
    if values.get("status", "active") == "active":
        values.pop("deactivated_by_hand", None)
    if values.get("recurrence") in {"once", "independent"}:
        values["reset"] = None
    if "goals" in values:
        if values.get("retroactive_start") is None:
            values["reattach_start"] = "revision"
        values["retroactive_pause"] = None not in (values.get("retroactive_start"), values.get("pause"))


def _arrange_agreed(kind: Any, values: dict[str, Any]) -> None:
    """Put right what the checks of a customer's nouns, of what they have and of what was agreed ask for."""
    if "addresses" in values:
        values["addresses"] = _with_one_primary(values["addresses"])
    if kind in _PARTIES:
        given = [name for name in _PARTIES[kind] if values.get(name) is not None]
        values.update(dict.fromkeys(given[1:]) if given else {"account": "acme"})
    if kind not in _OF_ONE and (values.get("account") is None or values.get("consumer")):
        for name in values.keys() & {"contact", "contacts"}:
            values[name] = attrs.fields_dict(kind)[name].default
    if kind is Consumer and values.get("merged_into") is not None:
        values["active"] = False
    if kind is Asset:
        values["substate"] = None
        values["primary_contact"] = next(iter(values.get("contacts", ())), None)
    if kind is Household:
        members = {member.consumer: member for member in values.get("members", ())}
        values |= {"members": tuple(members.values()), "head": next(iter(members), None)}
    if kind is RotaSwap:
        values["starts_at"], values["ends_at"] = sorted((values["starts_at"], values["ends_at"]))
    if kind is ServiceContract:
        _arrange_contract(values)


def _arrange_escalated(kind: Any, values: dict[str, Any]) -> None:
    """Put right what the checks of an escalation, its template and its policy ask for."""
    if kind is EscalationTemplate:
        values["add_account_team" if values.get("type", "case") == "case" else "add_assignment_group_manager"] = False
    if kind is EscalationPolicy:
        templates = values.get("templates", {})
        values["customer_template"] = next((name for name, one in templates.items() if one.type == "case"), None)
    if kind is Escalation:
        if values.get("account") is None:
            values |= {"case": "c1", "assignment_group": None, "assigned_to": None, "related_cases": ()}
        else:
            values["case"] = None
        values["requested_at"], values["updated_at"] = sorted((values["requested_at"], values["updated_at"]))
        kept = {"escalated": ("approved",), "declined": ("declined",), "closed": ("approved", "closed")}
        stamps = ("approved_by", "declined_by", "declined_reason", "closed_by", "closed_justification")
        for name in (*stamps, "approved_at", "declined_at", "closed_at"):
            set_to = values["updated_at"] if name.endswith("_at") else values.get(name) or "x"
            values[name] = set_to if name.partition("_")[0] in kept.get(values.get("state", ""), ()) else None


_OWNERS = ("account", "consumer", "household", "organization")
_PARTIES: Mapping[Any, tuple[str, ...]] = {
    SoldProduct: _OWNERS,
    InstallBaseItem: _OWNERS,
    TeamMember: ("account", "consumer", "household"),
    ContractRelationship: ("account", "contact", "user"),
    SpecialHandlingNote: ("account", "contact", "consumer", "product", "asset", "case", "when"),
}
"""Of which parties a noun names exactly one."""
_OF_ONE = (ContractRelationship, SpecialHandlingNote)  # a contact too, then without an account


def _with_one_primary(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    unlike = {address.id: address for address in addresses}.values()
    return tuple(attrs.evolve(address, is_primary=not place) for place, address in enumerate(unlike))


def _arrange_contract(values: dict[str, Any]) -> None:
    """A contract whose parts are as long as it is, on lines that there are."""
    lines = {line.id: attrs.evolve(line, parent=None, starts_on=None, ends_on=None) for line in values.get("lines", ())}
    values["lines"] = tuple(lines.values())
    for name in ("covered_assets", "covered_products", "covered_sold_products", "covered_install_base_items"):
        on = next(iter(lines), None)
        entries = values.get(name, ())
        values[name] = tuple(attrs.evolve(entry, line=on, date_added=None, date_removed=None) for entry in entries)
    if None in (values.get("renewed_from"), values.get("renewal_root")):
        values |= {"renewed_from": None, "renewal_root": None}
    if values.get("state") != "suspended":
        values["resumes_on"] = None


def _typed(kind: Any) -> st.SearchStrategy[Any]:
    """Anything of a type."""
    if kind in _KNOWN:
        return _KNOWN[kind]
    if isinstance(kind, NewType):
        return _ids
    if kind == Condition:
        return conditions
    if kind is Order:
        return _orders()
    return nouns(kind) if attrs.has(kind) else _of_parts(get_origin(kind), get_args(kind))


def _of_parts(origin: Any, parts: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Anything of a type that is made of others."""
    if origin is Literal:
        return st.sampled_from(parts)
    if origin is frozenset:
        return st.frozensets(_typed(parts[0]), max_size=3)
    if origin is tuple and parts[-1] is ...:
        return st.lists(_typed(parts[0]), max_size=3, unique_by=repr).map(tuple)
    if origin is abc.Mapping:
        return st.dictionaries(_ids, _typed(parts[1]), max_size=2)
    if origin is tuple:
        return st.tuples(*map(_typed, parts))
    chosen = [_typed(part) for part in parts if part is not NoneType and not attrs.has(part)]
    chosen += [conditions if Atom in parts else nouns(part) for part in parts if attrs.has(part)]
    return st.one_of(st.none(), *chosen[:1] if Atom in parts else chosen)


# --- conditions and calendars ----------------------------------------------------------------------------------------


@st.composite
def _atoms(draw: st.DrawFn) -> Condition:
    """A test of a field of revisions that its type admits."""
    name = draw(st.sampled_from(sorted(REVISION_SCHEMA.fields)))
    kind = REVISION_SCHEMA.fields[name]
    name = name.replace("*", "serial")
    if kind.many:
        return Atom(name, "contains_any", (draw(_ids), draw(_ids)))
    if kind.kind == "boolean":
        return Atom(name, "eq", draw(st.booleans()))
    if kind.kind == "instant":
        return Atom(name, draw(st.sampled_from(("lt", "ge", "changes_to"))), draw(_instants))
    constants = {"integer": st.integers(0, 9), "any": st.one_of(_decimals, st.dates(), _ids)}.get(kind.kind, _ids)
    constants = st.sampled_from(kind.values) if kind.values else constants
    values = draw(st.lists(constants, min_size=1, max_size=1 if kind.kind == "any" else 3, unique=True))
    return draw(st.sampled_from((Atom(name, "in", values), Atom(name, "ne", values[0]), Atom(name, "changes"))))


def _conditions(atoms: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Any condition of these tests."""
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(AllOf),
            st.lists(inner, min_size=1, max_size=3).map(AnyOf),
        ),
        max_leaves=5,
    )


def _stands(condition: Condition) -> bool:
    """Whether a test is of how a case stands, not of what happens to it."""
    return not any(atom.op.startswith("changes") or atom.field.startswith("event.") for atom in atoms_of(condition))


conditions = _conditions(_atoms())
standing_conditions = _conditions(_atoms().filter(_stands))


@st.composite
def _calendars(draw: st.DrawFn) -> Calendar:
    near = draw(st.dates(date(2018, 1, 10), date(2028, 12, 20)))
    zones = (draw(st.sampled_from(AWKWARD_ZONES)), "UTC")
    return calendar_from_mapping(random_document(draw(st.randoms(use_true_random=False)), zones, near))


# --- kinds whose fields have more to say than their types ------------------------------------------------------------


@st.composite
def policies(draw: st.DrawFn) -> SupportPolicy:
    """Any policy: calendars, promises that name them, a matrix."""
    calendars = {
        name: each for name, each in draw(st.dictionaries(_ids, _calendars(), max_size=3)).items() if holds(each)
    }
    named = st.sampled_from([None, *calendars])
    definitions = draw(st.lists(nouns(SlaDefinition), max_size=3, unique_by=lambda definition: definition.id))
    own = draw(nouns(Measure).filter(lasts))
    return draw(
        st.builds(
            SupportPolicy,
            name=_ids,
            version=_ids,
            timezone=st.sampled_from(_ZONES),
            calendars=st.just(calendars),
            measures=st.just({"own": own}),
            definitions=st.just(tuple(attrs.evolve(_steady(each), calendar=draw(named)) for each in definitions)),
            priority_matrix=st.dictionaries(st.sampled_from(("1/1", "2/3", "3/3")), st.integers(1, 5)),
            entitlements=_typed(attrs.fields(SupportPolicy).entitlements.type),
            reopen_window_days=st.integers(0, 36_525),
            allows_account_with_consumer=st.booleans(),
            case_types=st.dictionaries(_ids, case_types(), max_size=2),
        )
    )


def _steady(definition: SlaDefinition) -> SlaDefinition:
    """One that cannot be reset is not by the drawn measure, which may bring a reset."""
    is_single = definition.measure == "own" and definition.recurrence in {"once", "independent"}
    return attrs.evolve(definition, measure="resolution") if is_single else definition


def lasts(measure: Measure) -> bool:
    """Whether a promise may be measured so: its start lasts, or something else ends its clock."""
    try:
        SlaDefinition(id=DefinitionId("m"), goals=(Goal(timedelta(hours=1)),), measure="own").measured_by(measure)
    except InvalidValue:
        return False
    return True


def holds(calendar: Calendar) -> bool:
    """Whether a calendar is open long enough for the goals that are drawn."""
    try:
        begun = datetime(2020, 1, 1, tzinfo=UTC)
        ends = (calendar.add(begun, timedelta(days=10)), calendar.add_days(begun, 10, "close"))
        return max(ends) <= datetime(2030, 1, 1, tzinfo=UTC)
    except CalendarExhausted:
        return False


@st.composite
def agreement_books(draw: st.DrawFn) -> AgreementBook:
    """Any book whose ids lead somewhere: every id that an entry names is that of the first entry of its kind."""
    book: dict[str, dict[str, Any]] = {}
    for field in attrs.fields(AgreementBook):
        kind = get_args(field.type)[1]
        entries = draw(st.lists(nouns(kind), min_size=1, max_size=2, unique_by=lambda entry: entry.id))
        book[field.name] = {entry.id: entry for entry in entries}
    first = {get_args(attrs.fields_dict(AgreementBook)[name].type)[0]: next(iter(book[name])) for name in book}
    related = list(book.pop("account_relationships").values()) * (len(book["accounts"]) > 1)
    ends = dict(zip(("from_account", "to_account"), book["accounts"], strict=False))
    led: dict[str, Any] = {
        name: {key: _led(entry, first) for key, entry in section.items()} for name, section in book.items()
    }
    kind = {"type": first[RelationshipTypeId]}
    led["account_relationships"] = {entry.id: attrs.evolve(entry, **kind, **ends) for entry in related}
    return AgreementBook(**led)


_LOOSE: Mapping[Any, dict[str, Any]] = {
    Account: {"account_code": None, "registration_code": None, "primary_contact": None},
    Consumer: {"merged_into": None},
    ProductModel: {"components": (), "upgrades_to": ()},
    ServiceContract: {
        "contact": None,
        "covered_assets": (),
        "covered_sold_products": (),
        "covered_install_base_items": (),
    },
    Entitlement: {"contract_line": None, "starts_on": None, "ends_on": None},
    ResponsibilityDefinition: {"held_by": "user", "is_unique": False},
    ContactRelationship: {"responsibility": None},
    AccountRelationshipType: {"from_role": "account", "to_role": "account"},
    HouseholdMember: {"is_primary": False},
    Asset: {"contact": None, "contacts": (), "primary_contact": None},
    **{kind: {"contact": None} for kind in (SoldProduct, InstallBaseItem)},
}
"""What the entries of a book might say against one another, left out."""
_ABOVE = ("parent", "replaces", "renewed_from", "renewal_root")


def _led(noun: Any, first: Mapping[Any, str]) -> Any:
    """The noun with every id that it names replaced by one that there is."""
    changes: dict[str, Any] = {name: None for name in _ABOVE if hasattr(noun, name)}
    noun = attrs.evolve(noun, **_LOOSE.get(type(noun), {}))
    if isinstance(noun, Household):
        noun = attrs.evolve(noun, members=noun.members[:1], head=None)
    if isinstance(noun, ServiceContract):
        noun = attrs.evolve(noun, covered_products=noun.covered_products[:1])
    if isinstance(noun, User):
        noun = attrs.evolve(noun, skills=noun.skills[:1])
    for field in attrs.fields(type(noun)):
        value = getattr(noun, field.name)
        target = next((part for part in (field.type, *get_args(field.type)) if part in first), None)
        if field.name not in ("id", *_ABOVE) and isinstance(value, str | tuple) and value:
            if target is not None:
                changes[field.name] = (first[target],) if isinstance(value, tuple) else first[target]
            elif isinstance(value, tuple) and attrs.has(type(value[0])):
                changes[field.name] = tuple(_led(item, first) for item in value)
    return attrs.evolve(noun, **changes)


def _changes(names: tuple[str, ...] | None = None, noun: Any = Case) -> st.SearchStrategy[dict[str, Any]]:
    """New values of some of a case's fields, or a task's."""
    fields = [field for field in attrs.fields(noun) if names is None or field.name in names]
    own = {**_TEXTS, **_OWN.get(noun, {})}
    options = {field.name: own[field.name] if field.name in own else _typed(field.type) for field in fields}
    return st.fixed_dictionaries({}, optional=options).map(lambda changes: dict(list(changes.items())[:6]))


def _orders() -> st.SearchStrategy[Order]:
    """An order of any command."""
    commands = st.sampled_from(list(COMMANDS.values())).flatmap(nouns)
    return st.builds(Order.of, commands, st.one_of(st.none(), _ids), _ids)


def _goals() -> st.SearchStrategy[Goal]:
    """A goal of any kind, now and then for some cases only."""
    when = st.one_of(st.none(), conditions)
    times = st.times().map(lambda clock: f"{clock:%H:%M}")
    seconds = st.integers(1, 10 * 86_400).map(lambda count: timedelta(seconds=count))
    ends = st.one_of(st.sampled_from(("same_time", "close")), times)
    return st.one_of(
        st.builds(Goal, seconds, when),
        st.builds(Goal, when=when, days=st.integers(0, 9), at=ends, cutoff=st.one_of(st.none(), times)),
        st.builds(Goal, when=when, due_field=st.just("extra.due"), moved_by_pauses=st.booleans()),
    )


def _thresholds() -> st.SearchStrategy[Threshold]:
    """A threshold of any kind."""
    offsets = st.timedeltas(timedelta(microseconds=1), timedelta(days=99))
    levels = st.integers(0, 9)
    return st.one_of(
        st.builds(Threshold, st.integers(1, 999), level=levels),
        st.builds(Threshold, before_due=offsets, level=levels),
        st.builds(Threshold, after_due=offsets, level=levels),
    )


_TEXTS: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("short_description", "text", "notes"), _written),
    "description": texts,
    "timezone": st.sampled_from(_ZONES),
}
_text_fields = st.lists(st.sampled_from(("account.calendar", "group.timezone", "extra.hours")), unique=True).map(tuple)
_large = st.one_of(st.integers(1, 3), st.just(1 << 53))
_OWN: dict[Any, dict[str, st.SearchStrategy[Any]]] = {
    Case: {"version": _large},
    SlaDefinition: {
        "goals": st.lists(st.deferred(_goals), min_size=1, max_size=3).map(tuple),
        "thresholds": st.lists(st.deferred(_thresholds), max_size=4, unique_by=lambda each: each.label).map(tuple),
        "calendar": st.none(),
        "start": st.deferred(lambda: conditions),
        "measure": st.sampled_from(("custom", "resolution", "own")),
        "calendar_source": _text_fields,
        "timezone_source": _text_fields,
        "retroactive_start": st.sampled_from((None, "opened_at", "extra.began")),
    },
    ServiceContract: {
        "consumer": st.none(),
        "account": _ids,
    },
    Entitlement: {"consume_on": st.just("close")},
    EntitlementPolicy: {"strategy": st.sampled_from((*ENTITLEMENT_STRATEGIES, "host:own"))},
    Address: {"country": st.sampled_from(("", "DE", "FR"))},
    Rota: {
        "users": st.lists(_ids, min_size=1, max_size=3, unique=True).map(tuple),
        "handover": st.just("23:59"),
    },
    ModelCategory: {"asset_class": st.just("hardware")},
    ProactivePolicy: {
        "priorities": st.dictionaries(st.sampled_from(ALERT_SEVERITIES), st.integers(1, 5)),
        "major_from": st.integers(2, 9),
    },
    SpecialHandlingNote: {"when": st.one_of(st.none(), st.deferred(lambda: standing_conditions))},
    EscalationPolicy: {
        "templates": st.dictionaries(_ids, st.deferred(lambda: nouns(EscalationTemplate)), max_size=3),
    },
    Event: {"changes": st.deferred(_changes)},
    Revision: {"fields": _free_mappings},
    UpdateTask: {"changes": st.deferred(lambda: _changes(TASK_FIELDS, CaseTask))},
    UpdateCase: {
        "changes": st.deferred(
            lambda: _changes(("category", "impact", "account", "share_resolution_notes", "informed_users"))
        )
    },
}
