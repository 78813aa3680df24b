"""Use cases in a host that keeps everything in memory."""
