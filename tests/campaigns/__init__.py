"""The gate's comparisons on a larger scale; each runs as a program, in shards, and prints its figures."""
