"""One decorator for every compiled function, and a cache that notices every edit.

Numba's on-disk cache looks only at the file that defines a function: after an edit to a helper or a constant in
another file the old machine code would still run. The cache directory is therefore named by a hash of the sources of
every room that holds compiled code, so that any edit there, and any new version of Numba, starts from an empty one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np

from simulator.linking import EntryCompiler, KernelCompiler

F = TypeVar("F", bound=Callable[..., Any])

_njit: Any = numba.njit  # its annotations know few of its options
PACKAGE = Path(__file__).parent
# Nothing outside these may be compiled: a test holds every use of this module to them.
COMPILED_ROOMS = ("accounting", "customer", "draws", "engines", "model")
KEPT_CACHES = 4


def source_hash(package: Path = PACKAGE) -> str:
    """Return a hash of the sources of the compiled rooms and of Numba's version: 16 hexadecimal digits."""
    digest = hashlib.sha256(numba.__version__.encode())
    rooms = (path for room in COMPILED_ROOMS for path in (package / room).rglob("*.py"))
    for path in sorted([package / "borrow.py", package / "jit.py", package / "linking.py", *rooms]):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    chosen = os.environ.get("PLANSIM_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "plansim"


def _cache_directory() -> Path:
    root, name = _cache_root(), source_hash()
    try:
        (root / name).mkdir(parents=True, exist_ok=True)
        os.utime(root / name)
        others = sorted((p for p in root.iterdir() if p.name != name), key=lambda p: p.stat().st_mtime)
        for old in others[: -(KEPT_CACHES - 1) or None]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:  # a read-only home: compile for this user's temporary directory instead
        root = Path(tempfile.gettempdir()) / f"plansim-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"
        (root / name).mkdir(parents=True, exist_ok=True)
    return root / name


CACHE = _cache_directory()


def is_cached(entry: str) -> bool:
    """Tell whether the compiled code of an entry point, for exactly these sources, is on disk already."""
    return any(CACHE.rglob(f"*.{entry}-*.nbc"))


# Functions of the kernel are called from compiled code alone: they need no wrapper for Python, and no counting of
# references, since they allocate nothing and the entry point keeps what they read alive. What is not stated Numba takes
# from the function that is being compiled when this one is met first: an inlined one made all below it inlined too.
_KERNEL: dict[str, Any] = {
    "forceinline": False,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
    "pipeline_class": KernelCompiler,
}


def number(value: int) -> np.int64:
    """Return a constant of the kernel that is passed to its functions.

    Numba compiles a function anew for each Python integer that is passed as a literal, but once for all int64.
    """
    return np.int64(value)


def jit(function: F) -> F:
    """Compile a scalar function of the kernel; it becomes part of the entry points that reach it."""
    return _njit(**_KERNEL)(function)


def numeric(function: F) -> F:
    """Compile a function of plain numbers and records that Python may call too (kernel functions it must not)."""
    return _njit(error_model="numpy", _nrt=False, forceinline=False)(function)


def in_python(function: F) -> F:
    """Return a numeric function as Python runs it: for a few calls, since loading the compiler takes longer."""
    return getattr(function, "py_func", function)


def numeric_inlined(function: F) -> F:
    """Compile a small function of plain numbers that Python may call too, and have it always inlined elsewhere."""
    return _njit(error_model="numpy", _nrt=False, forceinline=True)(function)


def inlined(function: F) -> F:
    """Compile a small function of the kernel and have the compiler always inline it."""
    return _njit(**{**_KERNEL, "forceinline": True})(function)


def spliced(function: F) -> F:
    """Put a function's source in the place of its call, before types are known: for views of records."""
    return _njit(error_model="numpy", nogil=True, inline="always")(function)


def entry_point(function: F) -> F:
    """Compile a function that Python calls: it releases the GIL, and its machine code is kept on disk.

    It counts no references either, so it must allocate nothing: what it needs comes in as arguments, which the
    caller keeps alive. (With counting, Numba 0.68 drops an increment too many when it simplifies such functions, and
    an argument is freed twice.)
    """
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)  # only while decorating: a user's own Numba code keeps its own place
    try:
        return _njit(error_model="numpy", nogil=True, cache=True, _nrt=False, pipeline_class=EntryCompiler)(function)
    finally:
        config.CACHE_DIR = before
