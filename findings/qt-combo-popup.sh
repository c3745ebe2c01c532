#!/bin/sh
# A Qt combo box makes its popup with its first item, not when it is opened: ten widgets in place of one
#
# Version: PySide6-Essentials 6.11.3 (Qt 6.11.3).
# A good guess: the list, its viewport and its scroll bars are made when somebody opens the box, as its view() would.
# Behaviour: an empty box is one widget; adding the first item (or choosing a current one) adds nine that nobody has
# seen. So a style sheet or palette that is set for the whole application goes through ten widgets for each box: of
# 834 widgets in a window with 25 boxes, 225 are parts of popups.
# What to do: count them when asking why a window is slow to make or to dress; fill boxes of hidden pages when the page
# is first shown.
#
# Seen:
#   empty: 1 widget; with one item: 10; with two items: 10; opened and closed: 10
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check PySide6-Essentials==6.11.3
"$folder/venv/bin/python" - <<'EOF'
import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication, QComboBox

application = QApplication([])
box = QComboBox()


def widgets() -> int:
    return len(application.allWidgets())


found = {"empty": widgets()}
box.addItem("one")
found["with one item"] = widgets()
box.addItem("two")
found["with two items"] = widgets()
box.show()
box.showPopup()
application.processEvents()
box.hidePopup()
application.processEvents()
found["opened and closed"] = widgets()
print("; ".join(f"{when}: {count}" for when, count in found.items()))
assert list(found.values()) == [1, 10, 10, 10], found
EOF
