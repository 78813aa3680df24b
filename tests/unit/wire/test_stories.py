"""Stories as documents: read whole, and what is wrong with one is told with its place."""

from datetime import UTC, datetime, timedelta

import pytest

from csmcore.errors import DocumentError, InvalidValue
from csmcore.model import Actor, AddComment, CaseStory, Chapter, OpenCase, Scene
from csmcore.presets import preset
from csmcore.wire import load_story

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = """
format = 1
title = "A day"
policy = "desk.toml"
actors = { jo = { kind = "contact", account = "acme" } }
[[chapters]]
title = "Morning"
"""
OPENING = """
[[chapters.scenes]]
at = 2026-03-02T09:00:00Z
says = "Jo opens a case."
who = "jo"
opens = ["jam"]
command = { action = "open_case", short_description = "Jam" }
"""
COMMENT = """
[[chapters.scenes]]
says = "Jo says more."
who = "jo"
case = "jam"
command = { action = "add_comment", text = "Tray 2." }
"""


def test_a_story_is_read_with_its_commands_and_instants() -> None:
    """A command says which it is; a scene is at an instant, so long after the one before, or at once."""
    later = COMMENT.replace('says = "Jo says more."', 'says = "Later."\nafter = "90m"')
    story = load_story(HEAD + OPENING + COMMENT + later)
    assert story.actors == {"jo": Actor(kind="contact", id="jo", account="acme")}  # type: ignore[arg-type]
    scenes = story.chapters[0].scenes
    assert [type(scene.command) for scene in scenes] == [OpenCase, AddComment, AddComment]
    assert [at for _, _, at in story.in_order()] == [NINE, NINE, NINE + timedelta(minutes=90)]


def test_json_tells_the_same_story() -> None:
    """The syntax is known by the beginning, as with every document."""
    scene = '{"at": "2026-03-02T09:00:00Z", "says": "Jo opens a case.", "who": "jo", "opens": ["jam"], "command": '
    scene += '{"action": "open_case", "short_description": "Jam"}}'
    text = '{"format": 1, "title": "A day", "policy": "desk.toml", "actors": {"jo": {"kind": "contact", "account": '
    text += f'"acme"}}}}, "chapters": [{{"title": "Morning", "scenes": [{scene}]}}]}}'
    assert load_story(text) == load_story(HEAD + OPENING)


def test_the_shipped_story_is_read() -> None:
    """It has its chapters, and names documents that are shipped with it."""
    story = load_story(preset("rich-case-story.toml"))
    assert len(story.chapters) == 5
    assert preset(story.policy)
    assert story.agreements is not None
    assert preset(story.agreements)


FAULTS = [
    (HEAD, "$.chapters[0].scenes: it is missing; give it its `scenes`"),
    (HEAD + "scenes = []", "$.chapters[0].scenes: there is none; tell at least one"),
    ('format = 1\ntitle = "A"\npolicy = "p"\nchapters = []', "$.chapters: there is none; tell at least one"),
    (HEAD + OPENING.replace("2026-03-02T09:00:00Z", "2026-03-02T09:00:00"), "$.chapters[0].scenes[0].at: "),
    (HEAD + OPENING.replace("at = 2026-03-02T09:00:00Z\n", ""), "$.chapters[0].scenes[0].at: it is missing"),
    (HEAD + OPENING.replace('"jo"', '"joe"'), "$.chapters[0].scenes[0].who: no actor 'joe'; declare it under `actors`"),
    (HEAD + OPENING.replace('who = "jo"\n', ""), "$.chapters[0].scenes[0].who: somebody does it; give `who`"),
    (
        HEAD + OPENING.replace("opens = ", 'case = "jam"\nopens = '),
        "$.chapters[0].scenes[0].case: it finds or opens its case itself; leave it out",
    ),
    (HEAD + OPENING.replace("short_description", "short_text"), "$.chapters[0].scenes[0].command: unknown key"),
    (HEAD + OPENING.replace("open_case", "open"), "$.chapters[0].scenes[0].command.action: 'open' is not known"),
    (HEAD + OPENING.replace("command =", "tick = true\ncommand ="), "$.chapters[0].scenes[0].tick: it has command and"),
    (HEAD + OPENING.replace("command =", "commands ="), "$.chapters[0].scenes[0]: unknown key 'commands'"),
    (HEAD + OPENING.replace('"jam"]', '"jam", "jam"]'), "$.chapters[0].scenes[0].opens"),
    (
        HEAD + OPENING.replace("command =", 'outcome = "open"\ncommand ='),
        "$.chapters[0].scenes[0].outcome: only a message has one; leave it out",
    ),
    (
        HEAD + OPENING.replace("command =", 'refused = ["missing"]\ncommand ='),
        "$.chapters[0].scenes[0].opens: nothing comes of what is refused; leave it out, or `refused`",
    ),
    (
        HEAD + OPENING.replace("command =", 'happens = ["case_open"]\ncommand ='),
        "$.chapters[0].scenes[0].happens[0]: 'case_open' is not one of its choices; did you mean 'case_opened'?",
    ),
    (HEAD + OPENING + OPENING, "$.chapters[0].scenes[1].opens: 'jam' is the name of another case"),
    (HEAD + OPENING + COMMENT.replace('"jam"', '"jma"'), "$.chapters[0].scenes[1].case: no scene before opens a case"),
    (HEAD + OPENING + COMMENT.replace('case = "jam"\n', ""), "$.chapters[0].scenes[1].case: it is about a case; give"),
    (
        HEAD + OPENING + COMMENT.replace("says =", "at = 2026-03-02T08:59:00Z\nsays ="),
        "$.chapters[0].scenes[1].at: it is b",
    ),
    (
        HEAD + OPENING + COMMENT.replace("says =", 'after = "-1m"\nsays ='),
        "$.chapters[0].scenes[1].after: it goes back",
    ),
    (
        HEAD + OPENING + COMMENT.replace("says =", 'at = 2026-03-02T09:00:00Z\nafter = "1m"\nsays ='),
        "$.chapters[0].scenes[1].after: it says `at`, too; leave one of them out",
    ),
    (
        HEAD + OPENING + COMMENT.replace('command = { action = "add_comment", text = "Tray 2." }', "assign = true"),
        "$.chapters[0].scenes[1].who: it happens by itself; leave it out",
    ),
    (
        HEAD + OPENING + COMMENT.replace('command = { action = "add_comment", text = "Tray 2." }', ""),
        "$.chapters[0].scenes[1].command: nothing happens in it; give it one of message, command, tick, assign",
    ),
    ("title = 1", "$.format: it is missing"),
    ("", "$.format: it is missing"),
    ("[" * 100_000, "$: more than"),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_what_is_wrong_is_told_with_its_place(text: str, expected: str) -> None:
    """Every fault of a story is one typed error that names the scene, and says what to do."""
    with pytest.raises(DocumentError) as caught:
        load_story(text)
    assert any(str(problem).startswith(expected) for problem in caught.value.problems), caught.value


def test_kinds_of_events_are_known() -> None:
    """A scene that is made in Python is checked like one that is read."""
    with pytest.raises(InvalidValue, match=r"^happens\[0\]: 'case_open' is no kind of event"):
        Scene(says="x", tick=True, case="jam", happens=("case_open",))  # type: ignore[arg-type]


@pytest.mark.parametrize("after", [timedelta(days=2), timedelta.max])
def test_a_story_ends_where_time_does(after: timedelta) -> None:
    """So long after the last scene that there is no such instant is refused."""
    first = Scene(says="x", at=datetime(2199, 12, 31, tzinfo=UTC), who="jo", command=OpenCase(), opens=("jam",))
    last = Scene(says="y", after=after, tick=True, case="jam")
    with pytest.raises(InvalidValue, match=r"^\$\.chapters\[0\]\.scenes\[1\]\.after: that is no instant any more"):
        CaseStory(
            title="x",
            policy="p",
            actors={"jo": Actor(kind="consumer", id="jo")},
            chapters=(Chapter(title="x", scenes=(first, last)),),
        )
