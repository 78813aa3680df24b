"""A package that csmcore is compared with, whether it is there or not."""

from importlib.metadata import PackageNotFoundError, version

import attrs

__all__ = ["Package"]


@attrs.frozen
class Package:
    """A package by its name on the index; what it is compared in is said by its kinds."""

    package: str

    @property
    def is_installed(self) -> bool:
        """Whether it can be compared with."""
        try:
            version(self.package)
        except PackageNotFoundError:
            return False
        return True

    @property
    def name(self) -> str:
        """The package with its version, or with the way to get it."""
        if self.is_installed:
            return f"{self.package} {version(self.package)}"
        return f"{self.package}: not installed (pip install {self.package})"
