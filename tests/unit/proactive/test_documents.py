"""Handling notes in agreements: as tables, as JSON lines, and what is refused there."""

import pytest

from csmcore.errors import DocumentError
from csmcore.model import AgreementBook, SupportPolicy
from csmcore.wire import dump_agreements, load_agreements

BOOK = """
format = 1

[accounts.acme]
name = "Acme"

[handling_notes.dispute]
title = "In dispute"
account = "acme"
pop_up = true
expires_on = 2027-04-01

[handling_notes.night]
title = "Wake the duty manager"
when = { all = [{ field = "priority", op = "lt", value = 2 }, { field = "extra.site", op = "eq", value = "x" }] }
"""
LINES = """{"format": 1}
{"kind": "handling_note", "id": "n", "title": "Call first", "account": "acme"}
{"kind": "account", "id": "acme", "name": "Acme"}"""


def told(document: str) -> list[str]:
    """What is told of a document that is refused."""
    with pytest.raises(DocumentError) as caught:
        load_agreements(document, SupportPolicy(name="p", version="1"))
    return [str(problem) for problem in caught.value.problems]


def test_notes_are_read_and_written() -> None:
    """As tables by id, and as lines."""
    book = load_agreements(BOOK)
    assert [note.source for note in book.handling_notes.values()] == ["account", "condition"]
    assert load_agreements(dump_agreements(book)) == book
    assert AgreementBook.of(*book.accounts.values(), *book.handling_notes.values()) == book
    assert load_agreements(LINES).handling_notes.keys() == {"n"}


def test_a_note_on_nothing_that_there_is_is_refused() -> None:
    """An account that no one knows; a case is in no agreements, and may be named."""
    assert told(BOOK.replace('account = "acme"', 'account = "acmo"')) == [
        "$.handling_notes.dispute.account: no account 'acmo'; add the account, or correct the id"
    ]
    assert load_agreements(BOOK.replace('account = "acme"', 'case = "CS1"')).handling_notes


def test_a_condition_that_no_case_can_meet_is_refused() -> None:
    """At its place in the document, with the word that was meant."""
    assert told(BOOK.replace('"priority"', '"priorty"')) == [
        "$.handling_notes.night.when.all[0].field: unknown field 'priorty'; did you mean `priority`?"
    ]


def test_a_note_says_one_thing_that_it_is_on() -> None:
    """Neither none nor two."""
    assert told(BOOK.replace('account = "acme"', "")) == [
        "$.handling_notes.dispute.account: it is on nothing; name one record, or say when"
    ]
