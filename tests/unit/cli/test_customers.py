"""Three customers are told of, on the example and on any book; what is printed is what the rules answered."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csmcore.analysis import CustomerStory, tell_customers
from csmcore.model import AgreementBook
from csmcore.presets import preset
from csmcore.rules import compile_policy
from csmcore.wire import load_agreements, load_policy
from tests.unit.cli.conftest import RunCommand
from tests.unit.cli.desk import POLICY
from tests.unit.cli.test_replay import DOCS, without_version
from tests.unit.cli.test_terminal import CODES, WIDTH, on_a_terminal

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
AS_OF = ("--as-of", "2026-07-01T12:00Z")


def example() -> tuple[CustomerStory, ...]:
    """The stories of the example at noon."""
    policy = load_policy(preset("example-policy.toml"))
    return tell_customers(load_agreements(preset("example-agreements.toml"), policy), compile_policy(policy), NOON)


def stories(book: str) -> tuple[CustomerStory, ...]:
    """The stories of a small book at noon."""
    policy = load_policy(POLICY)
    return tell_customers(load_agreements(f"format = 1\n{book}", policy), compile_policy(policy), NOON)


def told(story: CustomerStory) -> list[str]:
    """Each step of a story on one line."""
    return [
        f"{step.asked} {step.answer}: {'; '.join([*step.said, *(reason.code for reason in step.reasons)])}"
        for chapter in story.chapters
        for step in chapter.steps
    ]


# --- the example -----------------------------------------------------------------------------------------------------


def test_the_docs_show_what_is_printed(run: RunCommand) -> None:
    """The tutorial's output is the real one, but for the version of the time zones."""
    shown = (DOCS / "customers_example.txt").read_text(encoding="utf-8")
    ran = run("customers", "example")
    assert (ran.code, ran.err) == (0, "")
    how = "write it anew: csmcore customers example > docs/examples/customers_example.txt"
    assert without_version(shown) == without_version(ran.out), how


def test_the_example_is_what_is_told_by_itself(run: RunCommand) -> None:
    """Without a policy it is the example, which may also be named by its documents."""
    by_itself = run("customers").out
    named = run("customers", "example-policy.toml", "--agreements", "example-agreements.toml")
    assert by_itself == run("customers", "example").out == named.out
    assert max(map(len, by_itself.splitlines())) <= WIDTH


def test_every_story_goes_from_registration_to_an_explained_entitlement() -> None:
    """Each is registered, refused something, and opens a case whose candidates all have their part in the answer."""
    made = example()
    assert [(story.kind, story.name) for story in made] == [
        ("B2B", "University West, Chemistry"),
        ("B2C", "Lena Winter"),
        ("partner", "Nordkaelte Service"),
    ]
    for story in made:
        assert story.chapters[0].title == "Registration"
        steps = [step for chapter in story.chapters for step in chapter.steps]
        assert {step.answer for step in steps} == {"accepted", "refused", "told"}
        decisions = [step.derivation for step in steps if step.derivation]
        assert decisions
        for decision in decisions:
            assert decision.chosen is not None
            assert decision.considered == len(decision.candidates) > 1
            assert all(one.reasons or one.standing == "chosen" for one in decision.candidates)


def test_the_example_is_refused_what_it_should_be() -> None:
    """Wrong codes and e-mails, what is others', what is not theirs to do, and the wrong time."""
    steps = [step for story in example() for chapter in story.chapters for step in chapter.steps]
    refused = {reason.code for step in steps if step.answer == "refused" for reason in step.reasons}
    assert refused == {
        *("unknown_registration_code", "email_taken", "malformed_email", "registration_pending"),
        *("responsibility_taken", "foreign_contact", "already_uninstalled", "unknown_asset"),
        *("not_approved", "not_begun", "not_the_approver", "already_renewed"),
        *("primary_address", "unidentified_consumer", "new_head_needed"),
        *("no_partner", "no_relation", "duplicate", "not_permitted"),
    }


def test_what_is_left_follows_from_what_was_taken() -> None:
    """Hours are taken, given back and taken again; a case is counted, and not one that is cancelled."""
    business, consumer, partner = map(told, example())
    assert "What is left of ENT-101? told: 5:45 of 10 hours" in business
    assert any("ENT-101: 3:30:00 hours given back, 10:00:00 hours left" in line for line in business)
    assert any("ENT-104: 1 case taken, 0 cases left" in line for line in consumer)
    assert "What is left of ENT-103? told: 4 of 4 cases" in partner


def test_telling_changes_nothing() -> None:
    """Told again, it is the same: nothing is kept, and no clock is read."""
    assert example() == example()


def test_a_terminal_shows_the_same_words(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours say nothing more than the plain text, and the lines fit the terminal."""
    pytest.importorskip("rich", reason="rich is not installed (the extra `cli`)")
    plain = run("customers").out
    on_a_terminal(monkeypatch)
    bare = CODES.sub("", run("customers").out)
    assert bare.split() == plain.split()
    assert max(map(len, bare.splitlines())) <= WIDTH


# --- any book --------------------------------------------------------------------------------------------------------


def test_an_account_of_which_little_is_known() -> None:
    """Without a code nobody registers, and without people, things and contracts there is little to tell."""
    [story] = stories('[accounts.acme]\nname = "Acme"\n')
    assert (story.kind, story.name) == ("B2B", "Acme")
    assert told(story) == [
        "Nora Winter wants to register as a contact, with the code LET-ME-IN. refused: unknown_registration_code",
        "What of theirs has no contract, or no entitlement? told: nothing",
    ]


def test_an_account_with_people_but_no_agreement() -> None:
    """Somebody who is known speaks for the account, and learns that they are entitled to nothing."""
    [story] = stories(
        '[accounts.acme]\nname = "Acme"\n[contacts.jo]\nname = "Jo"\naccount = "acme"\n'
        '[products.pump]\nname = "Pump"\n[assets.p1]\nproduct_model = "pump"\naccount = "acme"\n'
    )
    lines = told(story)
    assert "What is p1? told: a Pump" in lines
    assert "What covers p1? told: nothing" not in lines
    assert "What of theirs has no contract, or no entitlement? told: p1: without contract, entitled to nothing" in lines
    assert any(line.startswith("Jo opens a case by web: Calibration is due. accepted:") for line in lines)
    assert not any("What is left" in line for line in lines)


def test_a_customer_whom_the_policy_does_not_serve() -> None:
    """Where the policy has no business with accounts, the case is refused, and the story ends."""
    policy = load_policy(POLICY.replace('version = "1"', 'version = "1"\nbusiness_models = ["b2c"]'))
    book = load_agreements(
        'format = 1\n[accounts.acme]\nname = "Acme"\nregistration_code = "A1"\n'
        '[accounts.dealer]\nname = "Dealer"\nis_partner = true\nregistration_code = "D1"\n'
        '[relationship_types.t]\nto_role = "partner"\nlabel = "buys from"\nreverse_label = "sells to"\n'
        '[account_relationships.r]\ntype = "t"\nfrom_account = "acme"\nto_account = "dealer"\n'
    )
    business, partner = tell_customers(book, compile_policy(policy), NOON)
    assert told(business)[-1].endswith("opens a case by web: Calibration is due. refused: business_model")
    assert told(partner)[-1].endswith("opens a case by web: Door does not seal. refused: business_model")
    assert not any("Dealer" in line for line in told(business))
    assert any("May Ole Winter open cases for Acme? accepted:" in line for line in told(partner))


def test_a_partner_for_whom_nobody_speaks() -> None:
    """Without a code and without people, a partner opens no case."""
    [story] = stories(
        '[accounts.dealer]\nname = "Dealer"\nis_partner = true\n'
        '[accounts.other]\nname = "Other"\nis_partner = true\n'
        '[relationship_types.t]\nfrom_role = "partner"\nlabel = "sells to"\nreverse_label = "buys from"\n'
        '[account_relationships.r]\ntype = "t"\nfrom_account = "dealer"\nto_account = "other"\n'
    )
    assert [chapter.title for chapter in story.chapters] == [
        "Registration",
        "Whom they may act for",
        "What was agreed with Other",
    ]
    assert any(line.endswith("other sells to dealer. accepted: related") for line in told(story))


def test_a_relationship_without_a_partner_is_none_to_tell_of() -> None:
    """Who competes with whom makes nobody a partner."""
    told_of = stories(
        '[accounts.acme]\nname = "Acme"\n[accounts.other]\nname = "Other"\n'
        '[relationship_types.t]\nlabel = "competes with"\nreverse_label = "competes with"\n'
        '[account_relationships.r]\ntype = "t"\nfrom_account = "acme"\nto_account = "other"\n'
    )
    assert [story.kind for story in told_of] == ["B2B"]


def test_a_consumer_without_a_household() -> None:
    """A consumer who is known speaks for themselves, with their own asset and contract."""
    [story] = stories(
        '[consumers.c-7]\nname = "Caller"\nis_unknown = true\n[consumers.kay]\nname = "Kay"\n'
        '[products.pump]\nname = "Pump"\n[assets.p1]\nproduct_model = "pump"\nconsumer = "kay"\n'
        '[contracts.c1]\nnumber = "C1"\nconsumer = "kay"\nstate = "active"\ncovered_assets = [{ asset = "p1" }]\n'
        '[entitlements.e1]\nnumber = "E1"\nconsumer = "kay"\nper_unit = true\n'
    )
    lines = told(story)
    assert story.name == "Kay"
    assert "Caller , whom nobody knows" not in " ".join(lines)
    assert any("turns out to be Lena Winter. accepted: one person" in line for line in lines)
    assert "What covers p1? told: C1: by its asset" in lines
    assert any("It thaws at night. accepted: " in line for line in lines)
    assert "And in the next year" not in [chapter.title for chapter in story.chapters]


def test_a_consumer_who_is_known_already() -> None:
    """Whose e-mail is known does not register again, and moves in nowhere twice."""
    [story] = stories(
        '[consumers.lena]\nname = "Lena"\nemail = "LENA@winter.example"\n'
        '[households.home]\nname = "Home"\nmembers = [{ consumer = "lena" }]\n'
    )
    lines = told(story)
    assert "Again, as lena@winter.example. refused: email_taken" in lines
    assert "Lena moves in with Home. refused: member_already" in lines


def test_a_household_without_a_head() -> None:
    """Nobody who is no head needs to be followed by another."""
    [story] = stories('[consumers.kay]\nname = "Kay"\n[households.home]\nname = "Home"\n')
    assert "It becomes their main household. accepted: the main one from 2026-07-01" in told(story)
    assert not any("moves out" in line for line in told(story))


CONTRACT = '[accounts.acme]\nname = "Acme"\n[contracts.c1]\nnumber = "C1"\naccount = "acme"\n'


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ["somebody-else approves it. accepted: C1 is draft, approval approved", "Time goes by"]),
        (
            'starts_on = "2025-01-01"\nends_on = "2025-12-31"\n',
            [
                "Submit it for approval. refused: already_over",
                "Renew C1 as C1-R. accepted: C1 is draft; C1-R follows, draft, from 2026-07-01 to 2027-06-30",
            ],
        ),
        (
            'starts_on = "2026-07-01"\nends_on = "9999-12-31"\napproval = "approved"\n',
            ["Time goes by, and nobody does anything. told: C1 is active", "Renew C1 as C1-R. refused: no_end"],
        ),
        ('state = "active"\nends_on = "2026-12-31"\n', ["Renew C1 as C1-R. refused: no_length"]),
        (
            'state = "active"\nstarts_on = "2020-01-01"\nends_on = "2199-12-31"\n',
            ["Renew C1 as C1-R. refused: not_renewable"],
        ),
        ('state = "cancelled"\n', ["What of theirs has no contract, or no entitlement? told: nothing"]),
    ],
)
def test_contracts_of_other_kinds(more: str, expected: list[str]) -> None:
    """Drafts without an approver or a first day, and such as are over or never end, are told as the rules have it."""
    [story] = stories(CONTRACT + more)
    lines = told(story)
    for line in expected:
        assert any(one.startswith(line) for one in lines), lines


def test_a_part_that_is_yet_to_come() -> None:
    """What is installed only later is not replaced today; a part that replaced nothing has no past."""
    items = '[install_base_items.whole]\naccount = "acme"\n[install_base_items.part]\naccount = "acme"\n'
    [story] = stories(f'[accounts.acme]\nname = "Acme"\n{items}parent = "whole"\ninstalled_on = "2026-08-01"\n')
    lines = told(story)
    assert "What was there before part? told: part: in on 2026-08-01" in lines
    assert "part is replaced today. refused: before_installed" in lines
    assert not any("May there be a case about part" in line for line in lines)


def test_an_empty_book_has_no_stories() -> None:
    """Where there is nobody, there is nothing to tell."""
    policy = compile_policy(load_policy(POLICY))
    assert tell_customers(AgreementBook(), policy, NOON) == ()


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def documents(folder: Path) -> Path:
    """The small policy with one account beside it."""
    (folder / "agreements.toml").write_text('format = 1\n[accounts.acme]\nname = "Acme"\n', encoding="utf-8")
    return folder


def test_a_book_of_ones_own(run: RunCommand, documents: Path) -> None:
    """The host's documents are told of as of the instant that is given, in the policy's time."""
    ran = run("customers", documents / "policy.toml", "--agreements", documents / "agreements.toml", *AS_OF)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("desk 1, as of Wed 01 Jul 2026 14:00 (Europe/Berlin)\n")
    assert "=== B2B: Acme ===" in ran.out
    assert re.search(r"the code LET-ME-IN\.\n    no   no account has this registration code\n", ran.out)


def test_bad_input(run: RunCommand, documents: Path) -> None:
    """What is missing or wrong is one line on the standard error, and nothing is printed."""
    policy, agreements = documents / "policy.toml", documents / "agreements.toml"
    empty = documents / "empty.toml"
    empty.write_text("format = 1\n", encoding="utf-8")
    for arguments, expected in (
        ((policy, *AS_OF), "csmcore customers: --agreements is missing"),
        ((policy, "--agreements", agreements), "csmcore customers: --as-of is missing"),
        (("zendesk", *AS_OF), "csmcore customers: --agreements is missing"),
        ((policy, "--agreements", empty, *AS_OF), "it has no account and no consumer"),
        ((policy, "--agreements", policy, *AS_OF), "policy.toml: $"),
        ((agreements, "--agreements", agreements, *AS_OF), "agreements.toml: $"),
        (("example", "--as-of", "2026-07-01T12:00"), "has no offset"),
        (("nowhere",), "'nowhere': no such file"),
    ):
        ran = run("customers", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert expected in ran.err
        assert ran.err.count("\n") == 1
