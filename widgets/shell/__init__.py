"""The window's shell: docks, tabs, bars and messages."""
