"""What is fast, beside what it replaces. `make bench` prints the table; README.md explains the engine."""
