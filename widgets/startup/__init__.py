"""Startup: from the command line to the first window."""
