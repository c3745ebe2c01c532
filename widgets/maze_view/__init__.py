"""The canvas: a maze with its field, and the tools that edit it."""
