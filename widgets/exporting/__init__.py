"""Exporting what is shown: files of every kind, and the clipboard."""
