"""The glossary, as a page."""

from __future__ import annotations

import html
import re

from PySide6.QtGui import QFontMetricsF, QResizeEvent, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QTextBrowser, QWidget

from app.drawing.palette import Palette
from app.paths import asset
from widgets.help.help_window import HelpWindow, Titles
from widgets.services.context import Context

MISSING = "# Glossary\n\nThe file with the definitions is missing from this installation."
LINE = 68
"""Letters on a line: longer ones lose the eye on its way back."""


def definitions() -> str:
    """The shipped text, in Markdown."""
    try:
        return asset("help", "definitions.md").read_text(encoding="utf-8")
    except OSError:
        return MISSING


def to_html(markdown: str) -> str:
    """The HTML of our own small Markdown: one heading, paragraphs, **bold**, *emphasis* and `code`."""
    parts = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        text = " ".join(line.strip() for line in block.splitlines())
        if text.startswith("# "):
            parts.append(f"<h1>{_inline(text[2:])}</h1>")
            continue
        term = re.match(r"\*\*(.+?)\.?\*\*\s*(.*)", text)
        if term is not None and block.lstrip().startswith("**"):
            # A paragraph that begins with a term in bold defines it.
            name, rest = term.group(1), term.group(2)
            parts.append(f'<h2><a name="{_anchor(name)}"></a>{_inline(name)}</h2><p>{_sentence(_inline(rest))}</p>')
        else:
            parts.append(f"<p>{_inline(text)}</p>")
    return "".join(parts)


def terms(markdown: str) -> list[str]:
    """The words that are defined, in their order."""
    return [found.rstrip(".") for found in re.findall(r"^\*\*(.+?)\*\*", markdown, re.MULTILINE)]


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"(?<!\w)\*(?=\S)(.+?)(?<=\S)\*(?!\w)", r"<i>\1</i>", text)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _anchor(term: str) -> str:
    return re.sub(r"\W+", "-", term.casefold()).strip("-")


def page_style(palette: Palette) -> str:
    """The style of a page to read, in the palette's colours."""
    return f"""
    body {{ color: {palette.text}; }}
    h1 {{ font-size: 165%; font-weight: 600; margin-bottom: 0.6em; }}
    h2 {{ font-size: 112%; font-weight: 600; margin-top: 1.3em; margin-bottom: 0.25em; color: {palette.accent}; }}
    p {{ margin-top: 0; margin-bottom: 0.7em; }}
    code {{ color: {palette.text}; background: {palette.panel}; }}
    a {{ color: {palette.accent}; }}
    """


class Page(QTextBrowser):
    """HTML that follows the palette, on lines of a length that is good to read."""

    def __init__(self, context: Context, content: str, name: str) -> None:
        super().__init__()
        self._context, self._content = context, content
        self._shown: QTextDocument | None = None
        self.setAccessibleName(name)
        self.setOpenExternalLinks(True)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        context.palette_changed.connect(self._draw)
        self._draw()

    def _draw(self, *_: object) -> None:
        place = self.verticalScrollBar().value()
        # A document of its own: the style sheet has to be there before the HTML.
        document = QTextDocument(self)
        document.setDefaultFont(self.font())
        document.setDocumentMargin(14)
        document.setDefaultStyleSheet(page_style(self._context.palette))
        document.setHtml(self._content)
        self.setDocument(document)
        if self._shown is not None:
            self._shown.deleteLater()
        self._shown = document
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self._wrap()
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        spaced = QTextBlockFormat()
        spaced.setLineHeight(128, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(spaced)
        self.verticalScrollBar().setValue(place)

    def _wrap(self) -> None:
        width = round(QFontMetricsF(self.font()).averageCharWidth() * LINE + 28)
        self.setLineWrapColumnOrWidth(min(width, self.viewport().width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()


class Reader(HelpWindow):
    """The terms at the left, their definitions at the right."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(context, window, "Glossary", 860, 700)
        text = definitions()
        self.page = Page(context, to_html(text), "Definitions")
        self.page.setMinimumWidth(self.fontMetrics().averageCharWidth() * 30)
        self.list = Titles("Terms", terms(text))
        self.list.setFixedWidth(self.list.room())
        self.list.currentTextChanged.connect(lambda term: self.page.scrollToAnchor(_anchor(term)))
        self.list.itemClicked.connect(lambda item: self.page.scrollToAnchor(_anchor(item.text())))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.list)
        row.addWidget(self.page, 1)
        self.column.addLayout(row, 1)
        self.add_close_button()
        self.page.setFocus()
