"""What each port means, on the host that is at hand."""
