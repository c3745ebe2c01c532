"""Style: the theme, its style sheet, the icons, and painting of shapes with Qt."""
