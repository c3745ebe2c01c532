"""Drawing: mazes, fields and figures as lists of vector shapes, painted alike by the canvas and every export."""
