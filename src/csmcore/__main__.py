"""``python -m csmcore``."""

import sys

from csmcore.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
