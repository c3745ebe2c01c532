"""The window's actions, its menus and the command palette."""
