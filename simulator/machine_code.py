"""Keep the machine code of a main loop on disk, and run it without the compiler that has made it.

Numba takes half a second to be imported and to find its own code again, which is more than many a simulation. Here a
main loop is compiled as a function of one address, at which its arguments lie as Numba lays them out in memory; the
object file is kept, and LLVM alone loads it.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import update_wrapper
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

Kind = tuple[Any, ...]
"""What decides how arguments are read: types of tuples and numbers, and of arrays what is not in their memory."""
RESULTS: dict[str, Any] = {"int64": ctypes.c_int64, "float64": ctypes.c_double, "none": ctypes.c_void_p}
ARRAYS = [struct.Struct(f"={5 + 2 * ndim}q") for ndim in range(33)]
NUMBERS = {int: "q", float: "d", np.int64: "q", np.uint64: "Q", np.float64: "d"}


class MachineCode(NamedTuple):
    """A function in an object file."""

    symbol: str
    result: str  # of RESULTS
    code: bytes


class MainLoop:
    """A compiled function of arrays, named tuples of them and numbers, that is called seldom and works long."""

    def __init__(self, loop: Any, cache: Path) -> None:
        update_wrapper(self, loop.py_func)
        self.py_func = loop.py_func
        self._loop, self._cache = loop, cache
        self._loaded: dict[Kind, Callable[[int], Any]] = {}
        self._lock = Lock()

    def __call__(self, *arguments: Any) -> Any:
        words = bytearray()
        kind = tuple(_lay_out(argument, words) for argument in arguments)
        run = self._loaded.get(kind) or self._load(kind, arguments)
        table = (ctypes.c_char * len(words)).from_buffer(words)
        return run(ctypes.addressof(table))

    def _load(self, kind: Kind, arguments: tuple[Any, ...]) -> Callable[[int], Any]:
        """Load the code for arguments of a kind, or compile it first."""
        with self._lock:
            if kind not in self._loaded:
                path = self._cache / f"{self.py_func.__name__}-{_digest(self.py_func.__module__, kind)}.bin"
                try:
                    found = _read(path)
                except (OSError, ValueError):  # not there, or damaged
                    from simulator.linking import machine_code  # the compiler is slow to import

                    found = machine_code(self._loop.made(), arguments)
                    _write(path, found)
                self._loaded[kind] = _callable(found, self.py_func.__name__)
            return self._loaded[kind]


def _lay_out(value: Any, words: bytearray) -> Any:
    """Append a value to words of 8 bytes as Numba lays it out, and return its kind.

    Raises
    ------
    TypeError
        for what is no array, no tuple and no number of 8 bytes.
    """
    if isinstance(value, np.ndarray):
        where = value.ctypes.data  # of no owner for Numba, hence the zeros: the caller keeps it alive
        words += ARRAYS[value.ndim].pack(0, 0, value.size, value.itemsize, where, *value.shape, *value.strides)
        flags = value.flags
        order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"  # an empty array is all of them
        return value.dtype, value.ndim, order, flags.writeable
    if isinstance(value, tuple):
        return type(value), *[_lay_out(part, words) for part in value]
    try:
        words += struct.pack(f"={NUMBERS[type(value)]}", value)
    except KeyError:
        raise TypeError(f"a main loop takes no {type(value).__name__}") from None
    return type(value)


def _digest(module: str, kind: Kind) -> str:
    """Return a name for code of a module that reads such arguments on this machine: 16 hexadecimal digits."""
    import llvmlite.binding as llvm

    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith("NUMBA_"))
    machine = llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    return hashlib.sha256(repr((module, kind, settings, machine)).encode()).hexdigest()[:16]


def _read(path: Path) -> MachineCode:
    head, code = path.read_bytes().split(b"\n", 1)
    symbol, result, checksum = head.decode().split()
    if zlib.crc32(code) != int(checksum):
        raise ValueError(f"{path} is damaged")
    return MachineCode(symbol, result, code)


def _write(path: Path, found: MachineCode) -> None:
    """Write the code whole or not at all: others may be doing the same. Where there is no room it is not kept."""
    beside = path.with_suffix(f".{os.getpid()}")
    head = f"{found.symbol} {found.result} {zlib.crc32(found.code)}\n"
    with suppress(OSError):
        beside.write_bytes(head.encode() + found.code)
        beside.replace(path)


def _callable(found: MachineCode, name: str) -> Callable[[int], Any]:
    """Return the function in the machine's memory, where it stays; it takes the address of its arguments."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(found.code))
    engine.finalize_object()
    kind = RESULTS[found.result]
    prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.POINTER(kind), ctypes.POINTER(ctypes.c_void_p), ctypes.c_int64)
    function = prototype(engine.get_function_address(found.symbol))  # called without the GIL

    def run(address: int, _: Any = engine) -> Any:
        result, error = kind(), ctypes.c_void_p()
        status = function(ctypes.byref(result), ctypes.byref(error), address)
        if status:
            raise RuntimeError(f"{name}: compiled code has failed with status {status}")
        return result.value

    return run
