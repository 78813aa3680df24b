"""``csmcore customers``: what three customers ask, and what the rules answer."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from csmcore.analysis import CustomerStory, StoryAnswer, StoryStep, tell_customers
from csmcore.calendars import time_zone_database
from csmcore.cli.arguments import CustomersRequest
from csmcore.cli.candidates import candidate_blocks
from csmcore.cli.faults import BadInput, printable, reading
from csmcore.cli.files import File, chosen_customers, read_whole
from csmcore.cli.sheets import Block, Cell, Column, Heading, Sheet, Table, Text, row
from csmcore.cli.wording import Times
from csmcore.model import SupportPolicy
from csmcore.rules import compile_policy
from csmcore.wire import load_agreements, load_policy

__all__ = ["customers"]

_MEBIBYTE: Final = 1 << 20
_MOST_AGREED: Final = 64 * _MEBIBYTE
_EXAMPLE: Final = "example-agreements.toml"
_EXAMPLE_BEGINS: Final = datetime(2026, 7, 1, 7, tzinfo=UTC)  # the morning after the last day of its history
_ANSWER: Final = (Column(""), Column("", least=3), Column(""))  # the first sets the answer in
_WHY: Final = Cell("why", "quiet")
_MARKS: Final[Mapping[StoryAnswer, Cell]] = MappingProxyType(
    {"accepted": Cell("yes", "good"), "refused": Cell("no", "bad"), "told": Cell("->")}
)


def customers(request: CustomersRequest) -> Sheet:
    """The stories of the customers that the agreements have. Raises BadInput."""
    policy_file, agreements_file = chosen_customers(request)
    at = _begins(request, agreements_file)
    with reading(policy_file.name):
        policy = load_policy(read_whole(policy_file, _MEBIBYTE))
        plan = compile_policy(policy)
    with reading(agreements_file.name):
        book = load_agreements(read_whole(agreements_file, _MOST_AGREED), policy)
        stories = tell_customers(book, plan, at)
    if not stories:
        raise BadInput(printable(f"{agreements_file.name}: it has no account and no consumer; add one to tell of"))
    return (*_about(policy, at), *(block for story in stories for block in _told(story, policy.timezone)))


def _begins(request: CustomersRequest, agreements: File) -> datetime:
    if request.as_of is not None:
        return request.as_of
    if agreements.path is None and agreements.name == _EXAMPLE:
        return _EXAMPLE_BEGINS
    raise BadInput("csmcore customers: --as-of is missing; say at which instant the stories begin")


def _about(policy: SupportPolicy, at: datetime) -> Iterator[Block]:
    yield Heading(f"{policy.name} {policy.version}, as of {Times(policy.timezone).whole(at)} ({policy.timezone})")
    yield Text(f"policy digest {policy.digest[:12]}; tzdata {time_zone_database()}")
    yield Text("yes, no: the answer to what somebody wants; ->: what is told; why: the reasons")


def _told(story: CustomerStory, zone: str) -> Iterator[Block]:
    """A story, chapter by chapter; an instant is said where it is another than before."""
    times, at = Times(zone), None
    yield Heading(f"=== {story.kind}: {story.name} ===")
    for chapter in story.chapters:
        yield Heading(chapter.title)
        for step in chapter.steps:
            if step.at != at:
                at = step.at
                yield Text(f"[{times.whole(at)}]", "quiet")
            yield from _step(step, times)


def _step(step: StoryStep, times: Times) -> Iterator[Block]:
    """What was asked, and the answer under it."""
    yield Text(step.asked)
    rows = [row("", _MARKS[step.answer], said) for said in step.said]
    why = _MARKS["refused"] if step.answer == "refused" else _WHY
    rows += [row("", why, reason.text) for reason in step.reasons]
    yield Table(_ANSWER, tuple(rows))
    if step.derivation is not None:
        yield from candidate_blocks(step.derivation, times)
