"""Every panel fits 320 pixels with text twice as large, and every control has a name and a tooltip."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)

from app.interventions.patches import AddVector, Mean, Noise, PatchStack, Resample, Scale, SetValue, Zero
from tests.widgets.panels.conftest import MakeDesk
from widgets.panels.channels import ChannelsPanel
from widgets.panels.inspector import InspectorPanel
from widgets.panels.patches import PatchesPanel
from widgets.panels.policy_panel import PolicyPanel
from widgets.panels.vectors import VectorsPanel

NARROW = 320
PANELS = (PolicyPanel, PatchesPanel, ChannelsPanel, InspectorPanel, VectorsPanel)
EVERYTHING = PatchStack(
    (
        Zero(channels=(1, 2, 3), squares=((5, 5),)),
        Zero(channels=(400,)),
        Mean(),
        Resample(),
        Scale(),
        SetValue(channels=(3,), square=(5, 5), fill=0.0),
        AddVector(),
        Noise(),
    )
)


def opened(panel: QWidget) -> None:
    """Show all that a panel can show at once."""
    if isinstance(panel, PatchesPanel):
        panel.finder.show()
        for card in panel.cards.cards:
            card.set_open(True)
    if isinstance(panel, VectorsPanel):
        for kind in ("probe", "averaged", "difference"):
            panel.make.kind.choose(kind)
            panel.make._show_fields()
            panel.make.show()


def widest(panel: QWidget) -> list[str]:
    """The parts that need most room, for the message of a failed test."""
    found = sorted(panel.findChildren(QWidget), key=lambda child: -child.minimumSizeHint().width())
    return [
        f"{child.minimumSizeHint().width()} {child.accessibleName()} {type(child).__name__}" for child in found[:12]
    ]


@pytest.mark.parametrize("kind", PANELS)
def test_nothing_is_cut_off_in_a_narrow_dock_with_large_text(
    make_desk: MakeDesk, large_text: None, kind: type[QWidget]
) -> None:
    desk = make_desk(stack=EVERYTHING)
    panel = desk.put(kind, NARROW, 900)
    opened(panel)
    assert panel.minimumSizeHint().width() <= NARROW, widest(panel)
    for area in panel.findChildren(QScrollArea):
        if area.isVisible():
            assert area.widget().minimumSizeHint().width() <= area.viewport().width(), widest(area.widget())
            assert area.horizontalScrollBar().maximum() == 0
    assert panel.width() == NARROW


@pytest.mark.parametrize("kind", PANELS)
def test_every_control_has_a_name_and_a_tooltip(make_desk: MakeDesk, kind: type[QWidget]) -> None:
    desk = make_desk(stack=EVERYTHING)
    panel = desk.put(kind, height=900)
    opened(panel)
    assert panel.accessibleName()
    controls = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QAbstractScrollArea)
    for control in panel.findChildren(QWidget):
        inner = control.objectName().startswith("qt_") or isinstance(control.parent(), QAbstractSpinBox | QComboBox)
        if not isinstance(control, controls) or isinstance(control, QScrollBar | QScrollArea) or inner:
            continue
        if control.focusPolicy() == Qt.FocusPolicy.NoFocus or control.window() is not panel:
            continue
        name = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
        assert name, f"{control} in {control.parent()}"
        if not isinstance(control, QAbstractScrollArea):
            assert control.toolTip(), f"{name}: {control}"


def test_panels_do_not_load_torch() -> None:
    code = (
        "import sys; import widgets.panels.policy_panel, widgets.panels.patches, widgets.panels.channels, "
        "widgets.panels.inspector, widgets.panels.vectors; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_panels_follow_the_palette(make_desk: MakeDesk) -> None:
    desk = make_desk()
    for kind in PANELS:
        panel = desk.put(kind, height=700)
        desk.context.set_theme("light")
        light = panel.grab().toImage()
        desk.context.set_theme("dark")
        dark = panel.grab().toImage()
        assert dark.pixelColor(3, 3).lightness() < 60 < light.pixelColor(3, 3).lightness(), kind
        panel.hide()
    desk.context.set_theme("light")
