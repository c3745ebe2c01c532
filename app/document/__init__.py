"""The document: what is open, its undoable edits, and the files that hold it."""
