"""A story is played through the real service: what is printed is what was decided, and what differs is told."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from csmcore.cli.outcomes import Played
from csmcore.cli.scenes import play_sheet
from csmcore.cli.sheets import plain_text
from csmcore.cli.stage import play
from csmcore.model import Account, AccountId, AgreementBook
from csmcore.presets import preset
from csmcore.wire import load_agreements, load_policy, load_story
from tests.unit.cli.conftest import Run, RunCommand
from tests.unit.cli.desk import POLICY
from tests.unit.cli.test_replay import DOCS, without_version
from tests.unit.cli.test_terminal import CODES, WIDTH, on_a_terminal

STORY = """
format = 1
title = "A small day"
policy = "policy.toml"
agreements = "agreements.toml"

[actors.jo]
kind = "contact"
account = "acme"

[actors.ann]
kind = "internal"
roles = ["manager"]

[[chapters]]
title = "Morning"

[[chapters.scenes]]
at = 2026-03-02T09:00:00+01:00
says = "Jo opens a case."
who = "jo"
opens = ["jam"]
command = { action = "open_case", short_description = "Paper jam" }

[[chapters.scenes]]
after = "10m"
says = "Nothing is due yet."
case = "jam"
tick = true

[[chapters.scenes]]
after = "10m"
says = "Ann opens another one above it."
who = "ann"
opens = ["all"]
command = { action = "open_case", short_description = "All jam", major_case_state = "accepted" }

[[chapters.scenes]]
says = "Jo's goes below."
who = "ann"
case = "jam"
command = { action = "update_case", changes = { parent = "{all}" } }

[[chapters.scenes]]
after = "10m"
says = "Ann writes to Jo."
who = "ann"
case = "jam"
command = { action = "add_comment", text = "Which {tray} is it, in {jam}?" }

[[chapters.scenes]]
after = "1h"
says = "Jo answers."
who = "jo"
outcome = "comment"
[chapters.scenes.message]
channel = "email"
message_id = "<1@acme.example>"
in_reply_to = "{jam.mail}"
subject = "Re: Paper jam"
text = "Tray 2."
"""
ABOVE = '[[chapters.scenes]]\nafter = "10m"\nsays = "Ann opens another one above it."'
BOOK = 'format = 1\n[accounts.acme]\nname = "Acme"\n[contacts.jo]\nname = "Jo"\naccount = "acme"\n'


@pytest.fixture
def small_story(folder: Path) -> Path:
    """A small story beside the small policy and a book of one account."""
    (folder / "story.toml").write_text(STORY, encoding="utf-8")
    (folder / "agreements.toml").write_text(BOOK, encoding="utf-8")
    return folder / "story.toml"


@cache
def example() -> Played:
    """The shipped story, played."""
    policy = load_policy(preset("rich-case-policy.toml"))
    book = load_agreements(preset("rich-case-agreements.toml"), policy)
    return play(load_story(preset("rich-case-story.toml")), policy, book)


def small(text: str = STORY, book: AgreementBook | None = None) -> Played:
    """A small story, played for its own customers or for those of another book."""
    policy = load_policy(POLICY)
    return play(load_story(text), policy, load_agreements(BOOK, policy) if book is None else book)


# --- the shipped story -----------------------------------------------------------------------------------------------


def test_the_docs_show_what_is_printed(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tutorial's output is the real one, but for the version of the time zones."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = (DOCS / "play_example.txt").read_text(encoding="utf-8")
    ran = run("play")
    assert (ran.code, ran.err) == (0, "")
    how = "write it anew: COLUMNS=80 csmcore play > docs/examples/play_example.txt"
    assert without_version(shown) == without_version(ran.out), how


def test_the_shipped_story_may_be_named(run: RunCommand) -> None:
    """By itself, by its short name, and by its documents: it is the same story, in lines that fit a terminal."""
    by_itself = run("play").out
    documents = ("--policy", "rich-case-policy.toml", "--agreements", "rich-case-agreements.toml")
    assert by_itself == run("play", "rich-case").out == run("play", "rich-case-story.toml", *documents).out
    assert max(map(len, by_itself.splitlines())) <= WIDTH


def test_the_story_of_the_tutorial_can_be_read() -> None:
    """What the page tells readers to begin with is a story."""
    page = (DOCS.parent / "tutorial" / "rich-case.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("```toml\n")
    assert load_story(rest.partition("```")[0]).title == "A question"


def test_nothing_comes_unexpected() -> None:
    """Every scene of the shipped story comes as the document says."""
    assert [scene.deviations for scene in example().scenes if scene.deviations] == []


def test_the_story_touches_the_working_life_of_a_case() -> None:
    """From the e-mail to the survey: what happens in it, and what is refused."""
    scenes = example().scenes
    happened = {event.kind for scene in scenes for kept in scene.kept for event in kept.entry.events}
    assert happened >= {
        *("case_opened", "entitlement_derived", "case_assigned", "case_accepted", "case_updated", "work_note_added"),
        *("info_requested", "info_provided", "record_linked", "record_updated", "blocker_added", "blocker_resolved"),
        *("task_added", "task_updated", "task_closed", "time_logged", "threshold_reached", "clock_breached"),
        *("escalation_requested", "escalation_approved", "escalation_closed", "solution_proposed", "reminder_sent"),
        *("solution_rejected", "units_consumed", "units_returned", "case_closed", "survey_requested"),
        *("satisfaction_recorded", "children_added", "child_heard", "parent_followed", "solution_accepted"),
        *("clock_attached", "clock_paused", "clock_resumed", "clock_completed", "goal_changed"),
    }
    refused = [reason.code for scene in scenes if scene.answer == "refused" for reason in scene.reasons]
    assert sorted(refused) == sorted(
        [
            *("missing", "automatic_message", "still_blocked", "missing", "not_permitted", "survey_answered"),
            "not_permitted",
        ]
    )
    assert {scene.message.outcome for scene in scenes if scene.message} == {
        *("open", "duplicate", "comment", "follow_up"),
    }
    assert {sent.notification.kind for scene in scenes for sent in scene.sent} >= {
        *("notify_customer", "notify_assignee", "notify_users", "notify_approvers", "notify_group", "send_survey"),
        "update_record",
    }


def test_the_customer_reads_no_work_note() -> None:
    """What agents read is more: the customer's stream has neither work notes nor what only the desk goes by."""
    case = example().cases[0]
    assert {item.kind for item in case.for_agents} == {"comment", "work_note", "field_change", "system"}
    assert {item.kind for item in case.for_customer} == {"comment", "field_change"}
    assert all(item.changes.keys() <= {"state"} for item in case.for_customer)


def test_the_hours_are_taken_once() -> None:
    """What is left follows from the time that was worked: 1:30 in the workshop, 1:15 at the desk, 3:30 on site."""
    ((before, after), _) = example().entitlements
    assert (before.used, after.used) == (0, 5_400 + 4_500 + 12_600)


def test_json_has_all_of_it(run: RunCommand) -> None:
    """One object: every scene with its answer, every case with its streams."""
    ran = run("play", "--json")
    found = json.loads(ran.out)
    assert (ran.code, found["agrees"], len(found["scenes"])) == (0, True, len(example().scenes))
    first = found["scenes"][0]
    assert (first["answer"], first["reasons"][0]["code"], first["case"]) == ("refused", "missing", None)
    opened = found["scenes"][1]
    assert opened["outcome"]["kind"] == "open"
    assert opened["candidates"][0]["standing"] == "chosen"
    assert [clock["definition"] for clock in opened["clocks"]] == ["response", "solution", "line_runs"]
    assert [note["note"]["id"] for note in opened["handling_notes"]] == ["hygiene", "audit"]
    assigned = found["scenes"][3]["assignment"]
    assert (assigned["user"], len(assigned["ranking"]["dropped"])) == ("ruth", 5)
    escalated = next(scene for scene in found["scenes"] if scene["orders"])
    assert [(order["action"], order["carried_out"]) for order in escalated["orders"]] == [("request_escalation", True)]
    assert [case["name"] for case in found["cases"]] == ["smear", "noise", "batch", "bakery", "cider"]
    assert found["entitlements"][1]["remaining"] == 11


def test_a_terminal_shows_the_same_words(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours say nothing more than the plain text, and the lines fit the terminal."""
    pytest.importorskip("rich", reason="rich is not installed (the extra `cli`)")
    plain = run("play").out
    on_a_terminal(monkeypatch)
    coloured = run("play").out
    assert CODES.search(coloured)
    bare = CODES.sub("", coloured)
    assert bare.split() == plain.split()
    assert max(map(len, bare.splitlines())) <= WIDTH


def test_a_reader_who_leaves_is_no_error() -> None:
    """When the other end of a pipe is closed the command ends in silence."""
    line = f'"{sys.executable}" -m csmcore play --json | head -c 1'
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("{", "")


# --- any story -------------------------------------------------------------------------------------------------------


def test_a_story_of_ones_own(run: RunCommand, small_story: Path) -> None:
    """Its documents lie beside it; a host's own cases are told like the shipped ones."""
    ran = run("play", small_story)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("A small day\n  begins Mon 02 Mar 2026 09:00 (Europe/Berlin); policy desk 1\n")
    assert "  answer    nothing was due\n" in ran.out
    assert ran.out.endswith("6 scenes, 0 refused; 9 events, 1 notification; 0 not as expected\n")


def test_texts_name_cases_and_mails() -> None:
    """``{jam}`` is the case's id and ``{jam.mail}`` the last e-mail to its customer; other braces stay as they are."""
    *_, moved, said, answered = small().scenes
    assert moved.case is not None
    assert moved.case.parent == "CS0000002"
    assert said.kept[0].activity[0].text == "Which {tray} is it, in CS0000001?"
    assert answered.message is not None
    assert (answered.message.case, answered.message.reasons[0].code) == ("CS0000001", "by_reply")


def test_other_documents_may_be_given(run: RunCommand, small_story: Path, folder: Path) -> None:
    """What is named on the command line outranks what the story names."""
    (folder / "other.toml").write_text(POLICY.replace('"desk"', '"other"'), encoding="utf-8")
    (folder / "fewer.toml").write_text("format = 1\n", encoding="utf-8")
    assert "policy other 1" in run("play", small_story, "--policy", folder / "other.toml").out
    ran = run("play", small_story, "--agreements", folder / "fewer.toml")
    assert ran.code == 1


def test_a_story_without_customers(run: RunCommand, small_story: Path) -> None:
    """A story need not name agreements: then nobody is known, and what is refused for that differs."""
    small_story.write_text(STORY.replace('agreements = "agreements.toml"\n', ""), encoding="utf-8")
    ran = run("play", small_story)
    assert (ran.code, ran.err) == (1, "")
    assert "  differs   expected a yes, got a refusal (unknown_contact" in ran.out


DEVIATIONS = [
    ("tick = true", 'tick = true\nhappens = ["reminder_sent"]', "expected reminder_sent among the events"),
    ("tick = true", 'tick = true\nstate = "open"', "expected the case to be open, got new"),
    ('opens = ["jam"]', 'opens = ["jam", "jelly"]', "expected 2 new cases, got 1"),
    ('outcome = "comment"', 'outcome = "open"', "expected the outcome open, got comment"),
    ("Which {tray} is it, in {jam}?", " ", "expected a yes, got a refusal (missing)"),
    ('opens = ["all"]', 'refused = ["not_permitted"]', "expected a refusal (not_permitted), got a yes"),
    (
        '[[chapters.scenes]]\nsays = "Jo\'s goes below."',
        '[[chapters.scenes]]\nstate = "open"\nsays = "Jo\'s goes below."',
        "expected the case to be open, got new",
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), DEVIATIONS)
def test_what_differs_is_told(run: RunCommand, small_story: Path, before: str, after: str, expected: str) -> None:
    """A scene that does not come as it says is marked, and the exit code is 1."""
    text = STORY.replace(before, after).replace('{ parent = "{all}" }', "{ urgency = 1 }")
    small_story.write_text(text, encoding="utf-8")
    ran = run("play", small_story)
    assert (ran.code, ran.err) == (1, "")
    assert f"  differs   {expected}\n" in ran.out


def test_a_case_that_never_came(run: RunCommand, small_story: Path) -> None:
    """Where a scene's case was not opened after all, the scene cannot be played, and the next ones go on."""
    small_story.write_text(STORY.replace('short_description = "Paper jam"', 'short_description = ""'), encoding="utf-8")
    ran = run("play", small_story)
    assert ran.code == 1
    assert (
        "  answer    not possible\n  differs   no case is called jam yet: an earlier scene did not open it\n" in ran.out
    )
    assert ran.out.endswith("; 5 not as expected\n")


def test_a_story_in_which_nothing_comes_to_be() -> None:
    """Where all is refused, as expected, there is no case to tell of in the end."""
    text = STORY[: STORY.index("[[chapters.scenes]]\nafter")]
    text = text.replace('opens = ["jam"]', 'refused = ["missing"]').replace('"Paper jam"', '""')
    told = plain_text(play_sheet(small(text)), WIDTH)
    assert "The cases" not in told
    assert told.endswith("\n1 scene, 1 refused; 0 events, 0 notifications; 0 not as expected\n")


def test_of_many_lines_the_first_are_shown() -> None:
    """A major case with many children is told in a few lines of each kind, and how many more there are."""
    names = [f"shop-{number}" for number in range(25)]
    book = AgreementBook.of(*(Account(id=AccountId(name), name=name) for name in names))
    command = f'{{ action = "add_children", accounts = {names} }}'
    scene = f'[[chapters.scenes]]\nsays = "x"\nwho = "ann"\ncase = "all"\nopens = {names}\ncommand = {command}\n'
    opening = STORY[: STORY.index("[[chapters]]")] + '[[chapters]]\ntitle = "x"\n' + STORY[STORY.index(ABOVE) :]
    text = opening[: opening.index("[[chapters.scenes]]\nsays")].replace('after = "10m"', "at = 2026-03-02T09:00:00Z")
    told = plain_text(play_sheet(small(text + scene, book)), WIDTH)
    assert "            CS0000020 v1 by system: case_opened" in told
    assert told.count("            and 5 more\n") == 2
    assert told.count("            and 6 more\n") == 1


def test_long_texts_are_cut(run: RunCommand, small_story: Path) -> None:
    """What people write is shown by its beginning, and whole in the streams."""
    small_story.write_text(STORY.replace("Which {tray}", "Which " + "very " * 100), encoding="utf-8")
    told, _, streams = run("play", small_story).out.partition("as agents read it")
    assert 25 < told.split().count("very") < 40
    assert streams.split().count("very") == 2 * 100


def test_what_would_steer_a_terminal_is_not_printed(run: RunCommand, small_story: Path) -> None:
    """A control character in a story is no more than a blank."""
    small_story.write_text(STORY.replace("Paper jam", r"Paper \u001b[2J jam"), encoding="utf-8")
    ran = run("play", small_story)
    assert "\x1b" not in ran.out + ran.err


# --- bad input -------------------------------------------------------------------------------------------------------

BAD = [
    (STORY.replace('who = "jo"\nopens', 'who = "joe"\nopens'), "$.chapters[0].scenes[0].who: no actor 'joe'"),
    (STORY.replace("open_case", "open_cse"), "$.chapters[0].scenes[0].command.action: 'open_cse' is not known"),
    (STORY.replace("policy.toml", "nowhere.toml"), "'nowhere.toml': no such file"),
    (STORY.replace("agreements.toml", "nothing.toml"), "'nothing.toml': no such file"),
    (STORY.replace("agreements.toml", "policy.toml"), "policy.toml: $"),
    (STORY.replace("policy.toml", "agreements.toml"), "agreements.toml: $"),
    ("title = ?", "story.toml: line 1, column 9: this is no TOML"),
    ("", "story.toml: $.format: it is missing"),
    ("[" * 100_000, "story.toml: $: more than"),
    ("#" * ((1 << 20) + 1), "story.toml: $: more than 1,048,576 bytes"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_bad_stories(run: RunCommand, small_story: Path, text: str, expected: str) -> None:
    """What is wrong with a story or its documents is one line with the place, and nothing is printed."""
    small_story.write_text(text, encoding="utf-8")
    refused(run("play", small_story), expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nowhere",), "'nowhere': no such file; csmcore itself has rich-case"),
        (("--policy", "nowhere"), "'nowhere': no such file"),
        (("--agreements", "nowhere.toml"), "'nowhere.toml': no such file"),
        ((".",), "'.': it is a folder"),
        (("--format", "json"), "unrecognized arguments"),
    ],
)
def test_bad_arguments(run: RunCommand, arguments: tuple[str, ...], expected: str) -> None:
    """What is asked in a way that cannot be answered is refused."""
    refused(run("play", *arguments), expected)


def refused(ran: Run, expected: str) -> None:
    """Exit 2, one line that says it, and nothing printed."""
    assert (ran.code, ran.out) == (2, "")
    assert expected in ran.err
    assert ran.err.count("\n") == 1
    assert ran.err[:-1].isprintable()
