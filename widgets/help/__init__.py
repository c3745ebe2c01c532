"""What explains the program: the words, the keys, the tour, and who made what."""
