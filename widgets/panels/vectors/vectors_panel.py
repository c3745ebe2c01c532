"""The panel of the library of activation vectors: make, see, compare, keep, apply."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from app.document import patch_edits
from app.document.document import State
from app.document.open_file import open_vector
from app.drawing.palette import Palette
from app.errors import PatchError
from app.interventions.patches import AddVector, ProjectOut
from app.interventions.vector_library import Entry
from app.interventions.vectors import SUFFIX, ActivationVector, save_vector
from app.number_format import fixed
from widgets.controls.collapsible import Folding
from widgets.controls.key_overrides import PAGES, OwnKeys
from widgets.controls.layer_choice import short_name
from widgets.controls.panel_parts import MARGIN, EmptyState, IconButton, Scrolled, column, muted, row
from widgets.files.file_dialogs import ask_file, ask_name
from widgets.panels.vectors.cosine_matrix import CosineMatrix
from widgets.panels.vectors.make_vector import MakeCard
from widgets.panels.vectors.undo_delete import Deleted
from widgets.panels.vectors.vector_details import VectorDetails, facts
from widgets.services.context import Context
from widgets.services.topics import Topic

FILTER: Final = f"Vectors (*{SUFFIX})"
COMPARED: Final = 8
"""Vectors that the table of cosines holds at most."""


class VectorsPanel(QWidget):
    """All vectors of the library; the current one's provenance; the cosines of the selected, or of all."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._library = context.vectors
        self.setAccessibleName("Vectors")
        self.new = QPushButton("New vector")
        self.new.setCheckable(True)
        self.new.setToolTip("Make a vector: cheese, top-right, A minus B, averaged, probe, random")
        self.new.clicked.connect(self._turn_make)
        self.apply = QPushButton("Add to stack")
        self.apply.setToolTip("Add a patch that adds the current vector with a coefficient")
        self.apply.clicked.connect(lambda: self._apply())
        self.more = IconButton(context, "dots-vertical", "Open, save, rename or delete vectors")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._more_menu())
        self.deleted = Deleted(context, self._library)
        self.deleted.undo.clicked.connect(self.put_back)
        self.list = _List(self)
        self.details = VectorDetails(context.palette)
        self.matrix = CosineMatrix()
        self.left_out = muted(wrap=True)
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                context,
                "vector-line",
                "No vectors yet",
                "Make one above: a vector is a difference of activations that can be added to the network elsewhere.",
            )
        )
        self._pages.addWidget(self._filled())
        layout = column(self, MARGIN)
        layout.addLayout(row(self.new, None, self.more, space=4))
        layout.addWidget(self.deleted)
        self._body = self._scrolled_body()
        layout.addWidget(self._body, 1)
        self.list.itemSelectionChanged.connect(self._selected)
        self.list.currentItemChanged.connect(self._selected)
        self.list.itemChanged.connect(self._renamed)
        self._library.changed.connect(self._fill)
        context.palette_changed.connect(self._recolour)
        context.document.changed.connect(self._document_changed)
        self._recolour(context.palette)
        self._fill()

    def _scrolled_body(self) -> QScrollArea:
        # A long form scrolls: it must neither be squeezed nor push the window beyond the screen.
        body = QWidget()
        self._below = column(body)
        self._below.addWidget(self._pages, 1)
        return Scrolled(body)

    @cached_property
    def make(self) -> MakeCard:
        """The form in which a vector is made; there from when it is first wanted."""
        card = MakeCard(self._context, lambda: self.current)
        card.hide()
        card.made.connect(self._keep)
        card.closed.connect(self._close_make)
        self._below.insertWidget(0, card)
        return card

    def _filled(self) -> QWidget:
        page = QWidget()
        inner = QWidget()
        folds = column(inner)
        folds.addWidget(Folding(self._context, "About this vector", self.details, is_open=True))
        cosines = QWidget()
        table = column(cosines)
        table.addWidget(self.matrix)
        table.addWidget(self.left_out)
        folds.addWidget(Folding(self._context, "Cosines", cosines, is_open=True))
        folds.addStretch(1)
        layout = column(page)
        layout.addWidget(self.list, 2)
        layout.addWidget(self.apply)
        layout.addWidget(Scrolled(inner), 3)
        return page

    def _more_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Open a vector's file…", self._ask_open)
        self._save = menu.addAction("Save a copy…", self._ask_save)
        menu.addSeparator()
        self._rename = menu.addAction("Rename", self._start_rename)
        self._delete = menu.addAction("Delete", self.delete_selected)
        return menu

    # --- what is shown ----------------------------------------------------------------------------------------------

    @property
    def entry(self) -> Entry | None:
        """The current file of the library."""
        item = self.list.currentItem()
        return None if item is None else item.data(Qt.ItemDataRole.UserRole)

    @property
    def current(self) -> ActivationVector | None:
        """The current vector."""
        return None if self.entry is None else self.entry.vector

    def compared(self) -> tuple[ActivationVector, ...]:
        """The vectors whose cosines are shown: of the selected ones if there are several, or else of all.

        There is room for `COMPARED`, the current one among them.
        """
        found, current = self._comparable(), self.current
        if current is not None and current not in found[:COMPARED]:
            return (*found[: COMPARED - 1], current)
        return found[:COMPARED]

    def _comparable(self) -> tuple[ActivationVector, ...]:
        items = [self.list.item(at) for at in range(self.list.count())]
        chosen = [item for item in items if item.isSelected()]
        found = [item.data(Qt.ItemDataRole.UserRole).vector for item in (chosen if len(chosen) > 1 else items)]
        return tuple(vector for vector in found if vector is not None)

    def _fill(self) -> None:
        current, at_row = None if self.entry is None else self.entry.path, self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for entry in self._library.entries():
            self.list.addItem(_item(entry))
        places = [at for at, entry in enumerate(self._library.entries()) if entry.path == current]
        if self.list.count():
            # After a deletion the next one is current, as in every list.
            self.list.setCurrentRow(places[0] if places else min(max(at_row, 0), self.list.count() - 1))
        self.list.blockSignals(False)
        self._pages.setCurrentIndex(1 if self.list.count() else 0)
        self._selected()

    def _selected(self, *_: object) -> None:
        vector = self.current
        for action in (self._save, self._rename):
            action.setEnabled(vector is not None)
        self._delete.setEnabled(bool(self.list.selectedItems()))
        self.apply.setEnabled(vector is not None)
        if vector is not None:
            self.details.show_vector(vector, self._context.document.state.policy)
        elif self.entry is not None:
            self.details.show_problem(self.entry.problem)
        compared, of = self.compared(), len(self._comparable())
        self.matrix.show_vectors(compared)
        self.left_out.setVisible(of > len(compared))
        self.left_out.setText(f"{len(compared)} of {of}: select those to compare in the list.")

    def _document_changed(self, old: State, new: State) -> None:
        if old.policy != new.policy:
            self._selected()

    def _recolour(self, palette: Palette) -> None:
        self.details.set_palette(palette)
        self.matrix.set_palette(palette)

    # --- what is done -----------------------------------------------------------------------------------------------

    def _keep(self, made: tuple[ActivationVector, ...]) -> None:
        paths = [self._library.keep(vector) for vector in made]
        self.show_file(paths[0] if paths else None)
        if paths and paths[0] is not None:
            names = " and ".join(vector.name for vector in made)
            self._context.notice(f"Kept in the library: {names}.")
            self._reveal_list()

    def _reveal_list(self) -> None:
        """Scroll to the list: a long form may leave it below what is seen."""
        body = self._body.widget()
        if body is not None and (layout := body.layout()) is not None:
            # The list may have come in place of the empty page only now.
            layout.activate()
        self._body.ensureWidgetVisible(self.list, 0, 0)
        self.list.scrollToItem(self.list.currentItem())

    def show_file(self, path: Path | None) -> None:
        """Make a file of the library the current one."""
        for at, entry in enumerate(self._library.entries()):
            if entry.path == path:
                self.list.setCurrentRow(at, self.list.selectionCommand(self.list.currentIndex()))
                self.list.setCurrentRow(at)

    def _apply(self, coefficient: float = 1.0) -> None:
        entry = self.entry
        if entry is not None and entry.vector is not None:
            patch = AddVector(layer=entry.vector.layer, vector=str(entry.path), coefficient=coefficient)
            patch_edits.add_patch(self._context.document, patch)

    def show_menu(self, place: QPoint) -> None:
        """Context menu of the current vector, at a place on the screen."""
        entry = self.entry
        if entry is None:
            return
        vector = entry.vector
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        acts = [
            menu.addAction("Add to stack", lambda: self._apply()),
            menu.addAction("Subtract in stack", lambda: self._apply(-1.0)),
            menu.addAction("Project out in stack", self._project_out),
            menu.addAction("Show its layer under Channels", lambda: self._show_layer(vector)),
            menu.addAction("Copy its facts", lambda: self._copy_facts(vector)),
        ]
        for act in acts:
            act.setEnabled(vector is not None)
        menu.addSeparator()
        menu.addActions([self._save, self._rename, self._delete])
        menu.popup(place)

    def _project_out(self) -> None:
        entry = self.entry
        if entry is not None and entry.vector is not None:
            patch = ProjectOut(layer=entry.vector.layer, vector=str(entry.path))
            patch_edits.add_patch(self._context.document, patch)

    def _show_layer(self, vector: ActivationVector | None) -> None:
        if vector is not None:
            self._context.view.set_layer(vector.layer)

    def _copy_facts(self, vector: ActivationVector | None) -> None:
        if vector is not None:
            rows = [("Name", vector.name), *facts(vector, self._context.document.state.policy)]
            QGuiApplication.clipboard().setText("\n".join(f"{name}\t{text}" for name, text in rows))
            self._context.notice("Copied the vector's facts, as a table.")

    def delete_selected(self) -> None:
        """Delete the selected files; patches that name them stay in the stack, with the reason why they do not act."""
        entries = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        if entries:
            self._library.remove([entry.path for entry in entries])

    def put_back(self) -> None:
        """Undo the last deletion."""
        paths = self._library.put_back()
        self.show_file(paths[0] if paths else None)
        self.list.setFocus()

    def _start_rename(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    def _renamed(self, item: QListWidgetItem) -> None:
        entry: Entry = item.data(Qt.ItemDataRole.UserRole)
        name = item.text().splitlines()[0].strip() if item.text().strip() else ""
        if entry.vector is not None and name and name != entry.vector.name:
            self._library.rename(entry.path, name)
        else:
            self._fill()

    def open_file(self, path: Path) -> None:
        """Take a vector's file into the library; the user is told when it is none."""
        self._context.files.open_one(path, open_vector, lambda vector: self.show_file(self._library.keep(vector)))

    def save_file(self, path: Path) -> None:
        """Write the current vector elsewhere; the user is told when that fails."""
        vector = self.current
        if vector is None:
            return
        try:
            save_vector(path, vector)
        except PatchError as error:
            self._context.report(str(error), about=Topic.VECTORS)
        else:
            self._context.succeeded.emit(Topic.VECTORS)

    def _ask_open(self) -> None:
        file = ask_file(self, "Open vector", "", FILTER)
        if file:
            self.open_file(Path(file))

    def _ask_save(self) -> None:
        name = "" if self.entry is None else self.entry.path.name
        file = ask_name(self, "Save vector", name, FILTER)
        if file:
            self.save_file(Path(file) if Path(file).suffix else Path(file).with_suffix(SUFFIX))

    def _turn_make(self) -> None:
        self.make.refresh()
        self.make.setVisible(self.new.isChecked())

    def _close_make(self) -> None:
        self.new.setChecked(False)
        self.make.hide()


class _List(OwnKeys, QListWidget):
    """The library's vectors; Delete deletes, F2 renames."""

    own_keys = PAGES | {Qt.Key.Key_Delete}

    def __init__(self, panel: VectorsPanel) -> None:
        super().__init__()
        self._panel = panel
        self.setAccessibleName("Library of vectors")
        self.setToolTip("Select several to compare them; F2 renames, Delete deletes")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMinimumHeight(4 * QFontMetrics(self.font()).height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The form next to it is shown and hidden: what is told of below stays in sight here.
        if self.currentItem() is not None:
            self.scrollToItem(self.currentItem())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            item = self.itemAt(event.pos())
            if item is None:
                return
            place = event.globalPos()
        else:
            place = self.viewport().mapToGlobal(self.visualItemRect(self.currentItem()).center())
        # The press has made it the current one.
        self._panel.show_menu(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._panel.delete_selected()
        else:
            super().keyPressEvent(event)


def _item(entry: Entry) -> QListWidgetItem:
    if entry.vector is None:
        item = QListWidgetItem(f"{entry.path.name} cannot be read")
        item.setToolTip(entry.problem)
    else:
        vector = entry.vector
        item = QListWidgetItem(vector.name)
        item.setToolTip(
            f"{vector.name}\n{vector.kind} · {short_name(vector.layer)} · norm {fixed(vector.norm)}\n{vector.note}"
        )
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    item.setData(Qt.ItemDataRole.UserRole, entry)
    return item
