from PyInstaller.utils.hooks.qt import add_qt6_dependencies
from qt_parts import without_unused

hiddenimports, binaries, datas = without_unused(add_qt6_dependencies(__file__))
