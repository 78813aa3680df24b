"""Customers and the people that work for them: every change of what is known of them, or every reason why not."""

__all__: list[str] = []
