"""What is known before anybody calls: alerts that open cases, and notes on how to handle a customer's."""

__all__: list[str] = []
