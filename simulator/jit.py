"""One decorator for every compiled function, and a cache that notices every edit.

Numba is imported when something has to be compiled: it is slow to import, and what it made before is run without it
(machine_code.py). Its own cache on disk looks only at the file that defines a function: after an edit to a helper or a
constant in another file the old machine code would still run. The cache directory is therefore named by a hash of the
sources of every room that holds compiled code, so that any edit there, and any new version of Numba, starts from an
empty one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial, update_wrapper
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from simulator.machine_code import MainLoop

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE = Path(__file__).parent
# Nothing outside these may be compiled: a test holds every use of this module to them.
COMPILED_ROOMS = ("accounting", "customer", "draws", "engines", "model")
# What compiles, and what Numba's code is run by.
COMPILING = ("borrow.py", "borrowed.py", "jit.py", "linking.py", "machine_code.py")
KEPT_CACHES = 4


def source_hash(package: Path = PACKAGE) -> str:
    """Return a hash of the sources of the compiled rooms and of the version of Numba: 16 hexadecimal digits."""
    digest = hashlib.sha256(version("numba").encode())
    rooms = (path for room in COMPILED_ROOMS for path in (package / room).rglob("*.py"))
    for path in sorted([*(package / name for name in COMPILING), *rooms]):
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
    return any(CACHE.rglob(f"*.{entry}-*.nbc")) or any(CACHE.glob(f"{entry}-*.bin"))


class Deferred:
    """A function that is compiled when it is first needed, which is when Numba is imported."""

    def __init__(self, function: Callable[..., Any], compiled: Callable[[Any], Any]) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self._compiled = compiled
        self._made: Any = None

    def made(self) -> Any:
        """Return what Numba has made of the function."""
        if self._made is None:
            self._made = self._compiled(self.py_func)
        return self._made

    @property
    def _numba_type_(self) -> Any:
        """How Numba sees it where another function calls it."""
        return type_of(self.made())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python itself asks for
            raise AttributeError(name)
        return getattr(self.made(), name)

    def __call__(self, *arguments: Any) -> Any:
        return self.made()(*arguments)


def type_of(made: Any) -> Any:
    """Return Numba's type of a function that it knows."""
    from numba.core.registry import cpu_target

    return cpu_target.typing_context.resolve_value_type(made)


def deferred(function: Callable[..., Any], compiled: Callable[[Any], Any]) -> Any:
    """Return a function that is compiled when needed; the function itself where nothing is to be compiled."""
    return Deferred(function, compiled) if os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0") else function


def _njit(function: Callable[..., Any], **options: Any) -> Any:
    import numba

    return numba.njit(**options)(function)


def _kernel(function: Callable[..., Any], *, forceinline: bool = False) -> Any:
    """Functions of the kernel are called from compiled code alone: they need no wrapper for Python, and no counting of
    references, since they allocate nothing and the entry point keeps what they read alive. What is not stated Numba
    takes from the function that is being compiled when this one is met first: an inlined one made all below it inlined
    too.
    """
    from simulator.linking import KernelCompiler

    return _njit(
        function,
        forceinline=forceinline,
        error_model="numpy",
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        _nrt=False,
        pipeline_class=KernelCompiler,
    )


def _entry(function: Callable[..., Any]) -> Any:
    import numba

    from simulator.linking import EntryCompiler

    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)  # only while decorating: a user's own Numba code keeps its own place
    try:
        return _njit(function, error_model="numpy", nogil=True, cache=True, _nrt=False, pipeline_class=EntryCompiler)
    finally:
        config.CACHE_DIR = before


def number(value: int) -> np.int64:
    """Return a constant of the kernel that is passed to its functions.

    Numba compiles a function anew for each Python integer that is passed as a literal, but once for all int64.
    """
    return np.int64(value)


def jit(function: F) -> F:
    """Compile a scalar function of the kernel; it becomes part of the entry points that reach it."""
    return deferred(function, _kernel)


def numeric(function: F) -> F:
    """Compile a function of plain numbers and records that Python may call too (kernel functions it must not)."""
    return deferred(function, partial(_njit, error_model="numpy", _nrt=False, forceinline=False))


def in_python(function: F) -> F:
    """Return a numeric function as Python runs it: for a few calls, since loading the compiler takes longer."""
    return getattr(function, "py_func", function)


def numeric_inlined(function: F) -> F:
    """Compile a small function of plain numbers that Python may call too, and have it always inlined elsewhere."""
    return deferred(function, partial(_njit, error_model="numpy", _nrt=False, forceinline=True))


def inlined(function: F) -> F:
    """Compile a small function of the kernel and have the compiler always inline it."""
    return deferred(function, partial(_kernel, forceinline=True))


def spliced(function: F) -> F:
    """Put a function's source in the place of its call, before types are known: for views of records."""
    return deferred(function, partial(_njit, error_model="numpy", nogil=True, inline="always"))


def entry_point(function: F) -> F:
    """Compile a function that Python calls: it releases the GIL, and its machine code is kept on disk.

    It counts no references either, so it must allocate nothing: what it needs comes in as arguments, which the
    caller keeps alive. (With counting, Numba 0.68 drops an increment too many when it simplifies such functions, and
    an argument is freed twice.)
    """
    return deferred(function, _entry)


def main_loop(function: F) -> F:
    """Compile an entry point that is called seldom and works long: it is run without Numba once it has been compiled.

    Its arguments are arrays, named tuples of them, and numbers; it returns a number or nothing.
    """
    loop = deferred(function, _kernel)
    made: Any = MainLoop(loop, CACHE) if isinstance(loop, Deferred) else loop
    return made
