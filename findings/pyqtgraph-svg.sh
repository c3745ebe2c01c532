#!/bin/sh
# pyqtgraph's SVGExporter fails on an ordinary line plot
#
# Version: pyqtgraph 0.14.0 with PySide6-Essentials 6.11.3, numpy 2.4.6.
# A good guess: the export that its own menu offers works with the Qt that it is installed with.
# Behaviour: it parses the SVG that Qt writes and expects every point of a path to be "x,y"; this Qt writes others too.
# ImageExporter works.
# What to do: export from the plotted values, not from the widget.
#
# Seen: ValueError: not enough values to unpack (expected 2, got 1)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyqtgraph==0.14.0 PySide6-Essentials==6.11.3 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pyqtgraph as pg
from pyqtgraph.exporters import ImageExporter, SVGExporter

application = pg.mkQApp()
plot = pg.PlotWidget()
plot.plot([1, 2, 3], [1, 4, 9])
plot.resize(300, 200)
plot.show()
application.processEvents()
assert not ImageExporter(plot.plotItem).export(toBytes=True).isNull()
try:
    SVGExporter(plot.plotItem).export(toBytes=True)
except ValueError as error:
    print("SVGExporter:", error)
    assert "not enough values to unpack" in str(error)
else:
    raise AssertionError("it was exported")
EOF
