"""Exports: a figure's shapes painted as PNG, SVG and PDF, the numbers as CSV and NPZ, sequences as GIF and MP4."""
