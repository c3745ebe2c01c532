"""Contents of the frozen program: modules, files and libraries taken in or left out, each with its reason."""

from __future__ import annotations

from fnmatch import fnmatch

EXCLUDED_MODULES = [
    # torch's compilers, exporters, trackers and test suites; a network that only runs needs none of them, nor what only
    # they import.
    "torch._inductor",
    "torch.onnx",
    "torch.testing._internal.common_utils",
    "torch.testing._internal.common_cuda",
    "torch.testing._internal.common_device_type",
    "torch.testing._internal.common_methods_invocations",
    "torch.testing._internal.common_distributed",
    "torch.testing._internal.distributed",
    "torch.testing._internal.opinfo",
    "torch.testing._internal.generated",
    "torch.utils.tensorboard",
    "torch.utils.benchmark",
    "torch.utils.bottleneck",
    "torch.utils.model_dump",
    "torch.utils.hipify",
    "torch.ao.ns",
    "torchgen.api",
    "torchgen.dest",
    "functorch",
    "sympy",
    "mpmath",
    "networkx",
    "jinja2",
    "fsspec",
    "torchvision",
    "triton",
    "tensorboard",
    # The game is only compared with, by developers; what it brings is used by nothing else.
    "procgen",
    "gym3",
    "gym",
    "gym_notices",
    "imageio",
    "cffi",
    "_cffi_backend",
    "tkinter",
    "matplotlib",
    "IPython",
    "pygame",
    "cv2",
    "scipy",
    "h5py",
    "numba",
    "cupy",
    "colorcet",
    # Qt Quick and its language.
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtQuickWidgets",
    "PySide6.QtQuickControls2",
    "PySide6.QtDesigner",
    "PySide6.QtHelp",
    "PySide6.QtSql",
    "PySide6.QtUiTools",
    # pyqtgraph has optional windows of its own.
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pyqtgraph.jupyter",
    "pyqtgraph.console",
    "pyqtgraph.flowchart",
    "OpenGL",
    # hashlib has code of its own for what the program hashes. ssl stays, though the program never speaks to a network:
    # pyarrow asks it where certificates are whenever it is imported.
    "_hashlib",
    # pyarrow: Parquet files and tables are all that is wanted of it.
    "pyarrow.flight",
    "pyarrow._flight",
    "pyarrow.substrait",
    "pyarrow._substrait",
    "pyarrow.tests",
    "pyarrow.orc",
    "pyarrow._orc",
    "pyarrow.cuda",
    # What fits, clusters and the guide's tables need is not packaged; a study that lacks it says so.
    "sklearn",
    "distributed",
    "dask",
    "pandas",
    # Tools for developers. readline and gdbm would bring GPL libraries.
    "readline",
    "_gdbm",
    "_dbm",
    "_curses",
    "_sqlite3",
    "sqlite3",
    "lib2to3",
    "idlelib",
    "ensurepip",
    "setuptools",
    "pkg_resources",
    "pip",
    "wheel",
    "pytest",
    "hypothesis",
]

LEFT_OUT = [
    # torch: programs of its own but the one that shares memory, headers, tests.
    "torch/bin/*",
    "torch/include/*",
    "torch/share/*",
    "torch/test/*",
    "torch/lib/*.a",
    "torch/lib/*.lib",
    "torch/lib/libbackend_with_compiler*",
    "torch/lib/libjitbackend_test*",
    "torch/lib/libtorchbind_test*",
    "torch/lib/libaoti_custom_ops*",
    "torch/_inductor/*",
    "torch/testing/*",
    "torch/utils/model_dump/*",
    "torchgen/*",
    # Qt: Quick, translations (the program speaks English), and plug-ins for what the program never does.
    "PySide6/Qt/qml/*",
    "PySide6/qml/*",
    "PySide6/Qt/translations/*",
    "PySide6/translations/*",
    "PySide6/Qt/plugins/platforms/libqeglfs*",
    "PySide6/Qt/plugins/platforms/libqlinuxfb*",
    "PySide6/Qt/plugins/platforms/libqminimal*",
    "PySide6/Qt/plugins/platforms/libqvkkhrdisplay*",
    "PySide6/Qt/plugins/platforms/libqvnc*",
    # GTK's look would bring GTK; the desktop's own file dialogs come through its portal.
    "PySide6/Qt/plugins/platformthemes/libqgtk3*",
    "PySide6/Qt/plugins/egldeviceintegrations/*",
    "PySide6/Qt/plugins/generic/*",
    "PySide6/Qt/plugins/networkinformation/*",
    "PySide6/Qt/plugins/qmltooling/*",
    "PySide6/Qt/plugins/sqldrivers/*",
    "PySide6/Qt/plugins/tls/*",
    "PySide6/Qt/plugins/vectorimageformats/*",
    "PySide6/Qt/plugins/imageformats/libqpdf*",
    "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboard*",
    "PySide6/Qt/plugins/wayland-graphics-integration-server/*",
    "PySide6/plugins/generic/*",
    "PySide6/plugins/networkinformation/*",
    "PySide6/plugins/qmltooling/*",
    "PySide6/plugins/sqldrivers/*",
    "PySide6/plugins/tls/*",
    "PySide6/opengl32sw.dll",
    "*libQt6Quick*",
    "*libQt6Qml*",
    "*libQt6VirtualKeyboard*",
    "*libQt6Sql*",
    "*libQt6EglF*",
    "*Qt6Quick*.dll",
    "*Qt6Qml*.dll",
    "*QtQuick*.framework*",
    "*QtQml*.framework*",
    # reportlab draws in Inter; its own fonts are not needed, and one of them is GPL.
    "reportlab/fonts/DarkGarden*",
    "reportlab/fonts/Vera*",
    # pyarrow: see above, and what only compiling against it takes.
    "pyarrow/libarrow_flight*",
    "pyarrow/libarrow_python_flight*",
    # The wheel has some libraries three times; the loader asks for the one whose name ends with the first number.
    "pyarrow/libarrow*.so",
    "pyarrow/libarrow*.so.*.*",
    "libarrow_flight*",
    "pyarrow/_flight*",
    "pyarrow/_substrait*",
    "pyarrow/_orc*",
    "pyarrow/include/*",
    "pyarrow/src/*",
    "pyarrow/tests/*",
    "pyarrow/includes/*",
    "pyarrow/*.pxd",
    "pyarrow/*.pxi",
    "pyarrow/*.pyx",
    # Sources, headers, stubs and tests that hooks collect as data.
    "*.pyi",
    "*.h.in",
    "*/tests/*",
    # Graphics drivers load the system's C++ library, which is never older than what is built here needs.
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libmvec.so.1",
    # The libraries of numpy's and torch's builds, which nothing loads at run time.
    "numpy/*/lib/*.a",
    "numpy/*/include/*",
]

WITH_SOURCE = [
    "torch._functorch.config",
    "torch._export.config",
    "torch._dynamo.config",
    "torch.fx.experimental._config",
    "torch.distributed.config",
    "torch.compiler.config",
    "torch.utils.serialization.config",
    "torch.distributions.von_mises",
    "torch.functional",
    "torch.nn.functional",
    "torch.nn.modules.rnn",
]
"""Modules whose source is read when they are imported; all others are bytecode in one archive."""

KEPT = ["torch/bin/torch_shm_manager*"]
"""Kept although a pattern above names them."""

CUDA = [
    "*libcuda*",
    "*libcudnn*",
    "*libcublas*",
    "*libtorch_cuda*",
    "*libnvrtc*",
    "*libnccl*",
    "*cudart*",
    "nvidia/*",
    "triton/*",
]
"""Libraries of the CUDA build of torch: gigabytes that few users can use."""


def left_out(name: str) -> bool:
    """True if a file, named by its place in the bundle, stays outside."""
    place = name.replace("\\", "/")
    if any(fnmatch(place, pattern) for pattern in KEPT):
        return False
    return any(fnmatch(place, pattern) for pattern in LEFT_OUT)


def of_cuda(name: str) -> bool:
    """True if a file, named by its place in the bundle, belongs to CUDA."""
    return any(fnmatch(name.replace("\\", "/").lower(), pattern) for pattern in CUDA)
