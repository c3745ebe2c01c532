"""Runs before the program on Linux, in every process of it.

Libraries: PyInstaller's bootloader points LD_LIBRARY_PATH at the bundle. The loader has read it by now, so that this
process keeps the bundle's libraries; what it starts, a browser or a file manager, gets the user's own.

Letters: a frozen Python leaves the C library in the "C" locale, in which libraries cannot open files below a folder
with an accented name. The interpreter of a terminal takes the user's locale, or UTF-8 where that is "C".
"""

import locale
import os

_before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if _before is None:
    os.environ.pop("LD_LIBRARY_PATH", None)
else:
    os.environ["LD_LIBRARY_PATH"] = _before

for _name in ("", "C.UTF-8", "C.utf8"):
    try:
        locale.setlocale(locale.LC_CTYPE, _name)
    except locale.Error:
        continue
    if locale.nl_langinfo(locale.CODESET).upper() in ("UTF-8", "UTF8"):
        if _name:
            os.environ["LC_CTYPE"] = _name
        break
