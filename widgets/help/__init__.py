"""Help: the glossary, the keys, the tour, and the credits."""
