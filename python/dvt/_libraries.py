"""Finds Arrow C++ for the compiled part: the libraries that lie in the installed pyarrow, wherever that is.

They are loaded privately (RTLD_LOCAL) before ``dvt._core`` is; the dynamic linker then takes these, by their names, for the core's
own. Both packages so share one Arrow C++, and nothing of it is visible to others. libcurl comes first and alone: Arrow's libraries export
an OpenSSL of their own, and a libcrypto that was loaded behind them would call into that."""
import ctypes
import importlib.metadata
import pathlib

import pyarrow

_NAMES = ("libarrow", "libarrow_compute", "libparquet", "libarrow_s3")


def load() -> None:
    """Loads what the core needs; ImportError says what is wrong with the installed pyarrow."""
    ctypes.CDLL("libcurl.so.4", mode=ctypes.RTLD_LOCAL)
    folder = pathlib.Path(pyarrow.__file__).parent
    for name in _NAMES:
        found = sorted(folder.glob(f"{name}.so.*"))
        if not found:
            version = importlib.metadata.version("pyarrow")
            raise ImportError(f"dvt needs Arrow C++ from pyarrow's wheel, and pyarrow {version} in {folder} has no {name}.so")
        ctypes.CDLL(str(found[0]), mode=ctypes.RTLD_LOCAL)
