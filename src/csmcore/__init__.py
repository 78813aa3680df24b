"""The rules of customer service as a library.

Import from a layer's face, so that each import line names its layer:
``from csmcore.calendars import BusinessCalendar``.
"""

__all__ = ["__version__"]

__version__ = "0.1.0.dev0"
