"""Benchmarks, each next to the plain way that it replaces. `make bench` prints them; README.md explains the engine."""
