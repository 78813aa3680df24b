"""An answer as it is shown: five candidates as text, as a table, and as plain data."""

import json
from datetime import date
from html.parser import HTMLParser

from csmcore.calendars import time_zone_database
from csmcore.model import EntitlementDecision, plain
from tests.unit.entitlement.desk import contract, derive, entitlement, policy

FIVE = (
    entitlement("ENT-1", name="Basic", account="acme"),
    entitlement("ENT-2", name="Pumps on site", account="acme", product="pump"),
    entitlement("ENT-3", name="Gold", contract="c1", asset="sn-1", plan="gold"),
    entitlement(
        "ENT-4", contract="c1", asset="sn-1", channels=frozenset({"phone", "chat"}), ends_on=date(2026, 12, 31)
    ),
    entitlement("ENT-5", name="Compressors", account="other", product="compressor"),
)
HOSTILE = "<script>alert(1)</script>\n\x1b[2J&amp;"


def five() -> EntitlementDecision:
    """The answer for Acme's pump, with one candidate of each standing and one more."""
    return derive(*FIVE, contracts=(contract(),), rules=policy())


class Table(HTMLParser):
    """The cells of a table, row by row, and every tag on the way."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell; no tag has attributes."""
        assert attrs == []
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag == "br" and self.rows:
            self.rows[-1][-1] += "\n"
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Each tag is closed by its own."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text goes into the cell that is open."""
        if self.rows:
            self.rows[-1][-1] += data


def test_five_candidates_as_text() -> None:
    """The answer, what was asked and computed with, and each candidate by rank with its reasons."""
    found = five()
    computed = f"policy support 1, {found.policy.digest[:12]}; tz {time_zone_database()}"
    assert str(found).splitlines() == [
        "ENT-3 (Gold) applies under contract C1",
        "  for account acme, asset sn-1, by email, at 2027-03-01 09:00:00Z",
        f"  by additive; {computed}",
        "  1. chosen           4+3  ENT-3 (Gold), matches contract, asset",
        "  2. outranked        2+1  ENT-2 (Pumps on site), matches product, account",
        "                           - ENT-3 has the stronger match: 4+3 against 2+1",
        "  3. outranked          1  ENT-1 (Basic), matches account",
        "                           - ENT-3 has the stronger match: 4+3 against 1",
        "  4. ineligible       4+3  ENT-4, matches contract, asset",
        "                           - it ended on 2026-12-31",
        "                           - it is for chat, phone, not email",
        "  5. incompatible       0  ENT-5 (Compressors)",
        "                           - it is for product compressor; the case names pump",
        "                           - it is for account other; the case names acme",
    ]


def test_five_candidates_as_a_table() -> None:
    """A notebook shows the same in six columns, well formed and without attributes."""
    table = Table(five()._repr_html_())
    assert table.open == []
    assert table.rows == [
        ["rank", "standing", "weight", "entitlement", "matches", "why not"],
        ["1", "chosen", "4+3", "ENT-3 (Gold)", "contract, asset", ""],
        [
            "2",
            "outranked",
            "2+1",
            "ENT-2 (Pumps on site)",
            "product, account",
            "ENT-3 has the stronger match: 4+3 against 2+1",
        ],
        ["3", "outranked", "1", "ENT-1 (Basic)", "account", "ENT-3 has the stronger match: 4+3 against 1"],
        [
            "4",
            "ineligible",
            "4+3",
            "ENT-4",
            "contract, asset",
            "it ended on 2026-12-31\nit is for chat, phone, not email",
        ],
        [
            "5",
            "incompatible",
            "0",
            "ENT-5 (Compressors)",
            "",
            "it is for product compressor; the case names pump\nit is for account other; the case names acme",
        ],
    ]


def test_five_candidates_as_data() -> None:
    """The plain form goes through JSON whole, with the candidates by rank."""
    data = json.loads(json.dumps(plain(five())))
    assert data["chosen"]["plan"] == "gold"
    assert [(one["entitlement"]["number"], one["standing"], one["weights"]) for one in data["candidates"]] == [
        ("ENT-3", "chosen", [4, 3]),
        ("ENT-2", "outranked", [2, 1]),
        ("ENT-1", "outranked", [1]),
        ("ENT-4", "ineligible", [4, 3]),
        ("ENT-5", "incompatible", []),
    ]
    assert data["candidates"][3]["reasons"] == [
        {"code": "ended", "text": "it ended on 2026-12-31"},
        {"code": "channel_not_offered", "text": "it is for chat, phone, not email", "fields": ["channel"]},
    ]


def test_what_customers_write_stays_text() -> None:
    """A name with markup and control characters is escaped in the table and harmless on a terminal."""
    found = derive(
        entitlement("ENT-1", name=HOSTILE, account="acme"),
        entitlement("ENT-2", account="<b>acme</b>"),
        product="<img src=x>",
        contract="c1<br>",
        contract_is_manual=True,
    )
    table = Table(found._repr_html_())
    assert set(table.tags) <= {"p", "b", "br", "table", "tr", "th", "td"}
    assert table.rows[1][3] == "ENT-1 (<script>alert(1)</script>  [2J&amp;)"
    assert "\x1b" not in str(found) + found._repr_html_()
    assert len(str(found).splitlines()) == 6


def test_the_question_is_shown_as_it_was_asked() -> None:
    """What was set by hand says so; a case without customer and product is for nobody."""
    lines = str(derive(contract_is_manual=True)).splitlines()
    assert lines[1] == "  for account acme, asset sn-1, contract none (by hand), by email, at 2027-03-01 09:00:00Z"
    assert str(derive(account=None, asset=None)).splitlines()[1].startswith("  for nobody, by email")


def test_not_entitled_shows_what_would_have_helped() -> None:
    """The first of those that would have helped is named with its obstacles; one candidate is no 'none of 1'."""
    two = str(derive(FIVE[3], FIVE[4], contracts=(contract(),))).splitlines()
    assert two[0] == "not entitled: none of 2 entitlements applies"
    assert two[3] == "  ENT-4 would apply, but it ended on 2026-12-31; it is for chat, phone, not email"
    assert str(derive(FIVE[4])).splitlines()[0] == "not entitled: the one entitlement does not apply"
