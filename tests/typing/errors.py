"""What type checkers know of errors. Read by mypy and pyright, never run."""

from typing import assert_type

from csmcore.errors import CsmError, InvalidValue, UnknownKey


def caught(error: CsmError) -> None:
    """A host reads the stable code of any error, and the data of the kinds that it knows."""
    assert_type(error.code, str)
    if isinstance(error, UnknownKey):
        assert_type(error.path, str)
        assert_type(error.under("$.hours"), UnknownKey)


def is_also_a_value_error(error: InvalidValue) -> ValueError:
    """Code that knows nothing of this package catches its value errors."""
    return error
