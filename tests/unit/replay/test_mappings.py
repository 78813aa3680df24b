"""Mappings as documents."""

import pytest

from csmcore.errors import DocumentError
from csmcore.model import FieldColumn, HistoryMapping
from csmcore.wire import from_json, load_mapping, to_json
from tests.unit.replay.desk import FIELDS, HEAD, MAPPING, TIME


def test_a_mapping_is_read_whole() -> None:
    """Columns by their names alone, and with their translations."""
    assert MAPPING.fields["assigned_to"] == FieldColumn(column="agent")
    assert MAPPING.fields["state"].values["Waiting"] == "awaiting_info"
    assert (MAPPING.layout, MAPPING.order, MAPPING.missing, MAPPING.delimiter) == ("grouped", None, ("",), ",")


def test_a_mapping_goes_out_and_comes_back() -> None:
    """It is a noun like any other."""
    assert from_json(HistoryMapping, to_json(MAPPING)) == MAPPING


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (TIME + FIELDS, r"\$\.format"),
        (HEAD + FIELDS, r"\$\.at: it is missing"),
        (HEAD + TIME, r"\$\.fields: it is missing"),
        (HEAD + "fields = 3" + TIME, r"\$\.fields: 3 is no mapping"),
        (HEAD + TIME + "[fields]\nstat = 'x'", r"no revision has a field 'stat'"),
        (HEAD + TIME + "[fields]\n'' = 'x'", "no revision has a field ''"),
        (HEAD + TIME + "[fields]\nstate = {}", "name one column"),
        (HEAD + TIME + "[fields]\nstate = {column = 'a', columns = ['b']}", "name one column"),
        (HEAD + TIME + "[fields]\nstate = {column = 'a', values = {A = 'opne'}}", "'opne' is not one of new, open"),
        (HEAD + TIME + "[fields]\npriority = {column = 'a', values = {A = 'one'}}", "'one' is not of kind integer"),
        (HEAD + TIME + "[fields]\npriority = {column = 'a', kind = 'text'}", "priority is of kind integer"),
        (HEAD + TIME + "[fields]\n'extra.x' = {column = 'a', kind = 'float'}", "'float' is not one of"),
        (HEAD + "constants = {state = 'opne'}" + TIME + FIELDS, r"\$\.constants\.state: 'opne'"),
        (HEAD + "constants = {colour = 'red'}" + TIME + FIELDS, "no revision has a field 'colour'"),
        (HEAD + "layout = 'mixed'" + TIME + FIELDS, "'mixed' is not one of"),
        (HEAD + "encoding = 'utf-16'" + TIME + FIELDS, "'utf-16' is not one of"),
        (HEAD + "delimiter = 'x'" + TIME + FIELDS, "'x' is not one of"),
        (HEAD + "colum = 1" + TIME + FIELDS, "unknown key 'colum'"),
        (HEAD + TIME.replace("Berlin", "Atlantis") + FIELDS, "no time zone"),
        (HEAD + TIME.replace("%Y", "%y") + FIELDS, r"\$\.at\.format: '%y' is no part"),
        (HEAD + '[at]\ncolumn = "when"\nformat = "%d.%m.%Y"' + FIELDS, r"\$\.at\.timezone"),
        ("]", "no TOML"),
    ],
)
def test_a_mapping_that_says_nonsense_is_refused(document: str, problem: str) -> None:
    """Every problem has its place and what to do about it."""
    with pytest.raises(DocumentError, match=problem):
        load_mapping(document)


def test_a_field_of_the_hosts_own_may_have_any_kind() -> None:
    """`extra.*` and the flags that say what was set by hand are fields of rows too; null is a translation."""
    own = "[fields]\n'extra.weight' = {column = 'w', kind = 'decimal', values = {heavy = {decimal = '9.5'}}}"
    mapping = load_mapping(HEAD + "constants = {contract_is_manual = false, informed_users = ['a']}" + TIME + own)
    assert str(mapping.fields["extra.weight"].values["heavy"]) == "9.5"
    assert mapping.constants["contract_is_manual"] is False
