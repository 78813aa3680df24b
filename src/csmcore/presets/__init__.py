"""Ready documents: policies, mappings and examples, in the wheel. A document's own comments say what it is."""

from csmcore.errors import NotFound

__all__ = ["preset", "presets"]


def presets() -> tuple[str, ...]:
    """The names of the documents there are.

    >>> "uci-policy.toml" in presets()
    True
    """
    from importlib.resources import files  # noqa: PLC0415 - only for those who read documents

    names = (entry.name for entry in files(__name__).iterdir() if entry.is_file())
    return tuple(sorted(name for name in names if not name.endswith((".py", ".pyc"))))


def preset(name: str) -> bytes:
    """The content of a document, for `csmcore.wire` to load. Raises NotFound.

    >>> from csmcore.wire import load_policy
    >>> load_policy(preset("uci-policy.toml")).name
    'uci-incident'
    """
    from importlib.resources import files  # noqa: PLC0415 - likewise

    if name not in presets():
        raise NotFound("preset", name)
    return files(__name__).joinpath(name).read_bytes()
