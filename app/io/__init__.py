"""Files: written whole or not at all, JSON within limits, and safe reading of files of any origin."""
