"""What is known before anybody calls: alerts, and notes on how to handle a customer's cases."""
