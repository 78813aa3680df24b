"""What was written with format 1 is read the same for ever."""

from pathlib import Path

from csmcore.wire import load_agreements, load_policy

GOLDEN = Path(__file__).parent / "golden"
POLICY_DIGEST = "255cb25efcf9971cba9e77b32e145115b4412a8accb6994e4212fff2ae11bda1"


def test_a_policy_keeps_its_digest() -> None:
    """Cases pin their policy by its digest: the same document gives the same, in every version, process and place."""
    assert load_policy((GOLDEN / "policy-1.toml").read_bytes()).digest == POLICY_DIGEST


def test_agreements_are_read() -> None:
    """Agreements in TOML and JSON lines that name calendars and promises of the policy are accepted under it."""
    policy = load_policy((GOLDEN / "policy-1.toml").read_bytes())
    for name in ("agreements-1.toml", "agreements-1.jsonl"):
        assert load_agreements((GOLDEN / name).read_bytes(), policy).accounts
