"""torch as Mazescope uses it: networks run eagerly, on the CPU or what device the wheel knows.

Replaces the hook that PyInstaller's community offers, which collects every submodule twice, as bytecode and as source.
"""

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs

binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
datas = []
hiddenimports = ["torch._C", "torch._VF", "unittest", "unittest.mock"]
warn_on_missing_hiddenimports = False
# libtorch finds its siblings next to itself; links to them elsewhere mislead it.
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
