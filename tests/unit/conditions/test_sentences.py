"""Conditions as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from csmcore.conditions import AllOf, AnyOf, Condition, field, sentence

A, B, C = (field(name).is_empty() for name in "abc")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (field("state") == "awaiting_info", "state is awaiting_info"),
        (field("state") != "open", "state is not open"),
        (field("priority") < 3, "priority is less than 3"),
        (field("priority") <= 3, "priority is at most 3"),
        (field("priority") > 3, "priority is more than 3"),
        (field("priority") >= 3, "priority is at least 3"),
        (field("ends_on") < date(2026, 12, 25), "ends_on is before 2026-12-25"),
        (field("ends_on") <= date(2026, 12, 25), "ends_on is no later than 2026-12-25"),
        (field("at") > datetime(2026, 12, 25, 9, tzinfo=UTC), "at is after 2026-12-25T09:00:00Z"),
        (field("at") >= datetime(2026, 12, 25, 9, tzinfo=UTC), "at is no earlier than 2026-12-25T09:00:00Z"),
        (field("priority").is_in(1, 2), "priority is one of 1, 2"),
        (field("plan").not_in("gold", "very good"), 'plan is none of gold, "very good"'),
        (field("a").is_empty(), "a is empty"),
        (field("a").is_not_empty(), "a is not empty"),
        (field("tags").contains("vip"), "tags contains vip"),
        (field("tags").contains_any("vip", "eu"), "tags contains any of vip, eu"),
        (field("state").changes(), "state changes"),
        (field("state").changes_from("open"), "state changes from open"),
        (field("state").changes_from(None), "state changes from nothing"),
        (field("state").changes_to("nothing"), 'state changes to "nothing"'),
        (field("a") == field("entitlement.plan"), "a is the value of entitlement.plan"),
        (field("a") < field("b"), "a is less than the value of b"),
        (field("a") == True, "a is true"),  # noqa: E712
        (field("a") == False, "a is false"),  # noqa: E712
        (field("a") == "true", 'a is "true"'),
        (field("a") == 1, "a is 1"),
        (field("a") == "1", 'a is "1"'),
        (field("a") == Decimal(1), "a is 1.0"),
        (field("a") == Decimal("1.5"), "a is 1.5"),
        (field("a") == "", 'a is ""'),
        (field("a") != "empty", 'a is not "empty"'),
        (field("a") == 'say "hi"\n', 'a is "say \\"hi\\"\\n"'),
        (field("a") == "größer", 'a is "größer"'),
        (A & B, "a is empty and b is empty"),
        (A | B, "either a is empty or b is empty"),
        (~A, "not (a is empty)"),
        (~(A | B), "not (a is empty or b is empty)"),
        ((A & B) | C, "either (a is empty and b is empty) or c is empty"),
        ((A | B) & C, "(a is empty or b is empty) and c is empty"),
        (AllOf([A & B, C]), "(a is empty and b is empty) and c is empty"),
        (AllOf([AnyOf([A]), AllOf([AnyOf([B, C])])]), "a is empty and (b is empty or c is empty)"),
        (AllOf([A | B]), "either a is empty or b is empty"),
        (~AnyOf([~A]), "not (not (a is empty))"),
    ],
)
def test_a_condition_reads_as_a_sentence(condition: Condition, words: str) -> None:
    """Joins are unambiguous, and no constant looks like another type or like a word of the sentence."""
    assert sentence(condition) == words
