"""``csmcore play``: a story in, everything that comes of it out."""

import json
from typing import Final

from csmcore.cli.arguments import PlayRequest
from csmcore.cli.faults import reading
from csmcore.cli.files import File, beside, named_file, read_whole
from csmcore.cli.outcomes import Played
from csmcore.cli.play_data import play_data
from csmcore.cli.replaying import drawn
from csmcore.cli.scenes import play_sheet
from csmcore.cli.stage import play
from csmcore.model import AgreementBook, CaseStory, SupportPolicy
from csmcore.wire import load_agreements, load_policy, load_story

__all__ = ["played"]

_MEBIBYTE: Final = 1 << 20
_MOST_AGREED: Final = 64 * _MEBIBYTE


def played(request: PlayRequest) -> tuple[str, bool]:
    """All that the command prints, and whether everything came as the story expects it. Raises BadInput."""
    found = _played(request)
    if request.is_json:
        return json.dumps(play_data(found), ensure_ascii=False, indent=2) + "\n", found.agrees
    return drawn(play_sheet(found)), found.agrees


def _played(request: PlayRequest) -> Played:
    file = named_file(request.story, "story")
    with reading(file.name):
        story = load_story(read_whole(file, _MEBIBYTE))
    policy_file = beside(file, story.policy) if request.policy is None else named_file(request.policy, "policy")
    with reading(policy_file.name):
        policy = load_policy(read_whole(policy_file, _MEBIBYTE))
    book = AgreementBook()
    if request.agreements is not None or story.agreements is not None:
        book = _book(request, file, story, policy)
    with reading(file.name):
        return play(story, policy, book)


def _book(request: PlayRequest, file: File, story: CaseStory, policy: SupportPolicy) -> AgreementBook:
    """The customers: those that were asked for, else those that the story names."""
    given = request.agreements
    agreements = beside(file, story.agreements or "") if given is None else named_file(given, "agreements")
    with reading(agreements.name):
        return load_agreements(read_whole(agreements, _MOST_AGREED), policy)
