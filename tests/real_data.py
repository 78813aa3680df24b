"""Where tests find real data, which is no part of the project: beside the repository, or in ``CSMCORE_DATA``."""

import json
import os
from pathlib import Path

__all__ = ["data_folder", "rows"]


def data_folder() -> Path:
    """The folder of real data, whether or not it is there."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("CSMCORE_DATA", beside))


def rows(path: str) -> list[dict] | None:
    """The rows of a JSON lines file in that folder; None when it is missing."""
    file = data_folder() / path
    if not file.is_file():
        return None
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
