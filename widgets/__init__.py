"""Everything with a screen."""
