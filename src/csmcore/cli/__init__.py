"""The command: ``csmcore replay POLICY HISTORY``, also ``python -m csmcore``. It opens files, asks, and prints."""

from csmcore.cli.command import main

__all__ = ["main"]
