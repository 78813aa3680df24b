"""What was written with format 1 is read the same for ever."""

from pathlib import Path

from csmcore.wire import load_agreements, load_policy

GOLDEN = Path(__file__).parent / "golden"
POLICY_DIGEST = "0c846d71f1b461c5f1417262c55d6aaa3bc871978b0bdb8bd7f1dd33e3c9c665"


def test_a_policy_keeps_its_digest() -> None:
    """Cases pin their policy by its digest: the same document gives the same, in every version, process and place."""
    assert load_policy((GOLDEN / "policy-1.toml").read_bytes()).digest == POLICY_DIGEST


def test_agreements_are_read() -> None:
    """Agreements in TOML and JSON lines that name calendars and promises of the policy are accepted under it."""
    policy = load_policy((GOLDEN / "policy-1.toml").read_bytes())
    for name in ("agreements-1.toml", "agreements-1.jsonl"):
        assert load_agreements((GOLDEN / name).read_bytes(), policy).accounts
