"""Help: glossary, shortcuts, tour and credits."""
