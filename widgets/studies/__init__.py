"""Studies in the window: the Explain panel, its pages and the plots of their results."""
