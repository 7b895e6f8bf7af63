"""Compile functions of the kernel into intermediate code alone: machine code is made for entry points, once.

Numba optimises each function together with all that it calls, and makes machine code of it, before the function that
calls it does both again. Here a function of the kernel stops at LLVM's intermediate code; an entry point links whatever
it reaches, and optimises that as a whole. Measured: a first run takes 11 s of processor time in place of 28, at the
same speed of events.

An index is taken as it is: Numba lets a negative one count from the end, and asks at every access whether it does. No
index of the kernel is negative; a test runs it with every index checked. Measured: a quarter of the time of an event.

What is overridden here is not Numba's public face, so pyproject.toml bounds its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numba
from llvmlite import ir
from numba import typeof
from numba.core import cgutils, types
from numba.core.codegen import JITCodeLibrary, ll
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import NativeLowering
from numba.extending import intrinsic
from numba.np import arrayobj

from simulator import borrowed  # noqa: F401  (Numba must know of it before it compiles)
from simulator.machine_code import RESULTS, MachineCode

_PACKAGE = __name__.split(".")[0]
LEVEL = 2  # of optimisation, as of a compiler's -O2
OWN_FUNCTIONS = f"_ZN{len(_PACKAGE)}{_PACKAGE}"  # how Numba's names of the functions of this package begin


class KernelLibrary(JITCodeLibrary):
    """The code of one function, which becomes part of those that link it and is never run by itself."""

    def finalize(self) -> None:
        """Leave the code as it is."""
        self._raise_if_finalized()
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """Return the function with every function of the kernel that it reaches, each once."""
        if self._shared_module is None:
            kernel, others = self._reached()
            whole = _shareable(self._final_module)
            for library in kernel:
                if library is not self:
                    whole.link_in(_shareable(library._final_module))
            for library in others:
                whole.link_in(library._get_module_for_linking(), preserve=True)
            self._shared_module = whole
        return self._shared_module

    def _reached(self) -> tuple[list[KernelLibrary], list[Any]]:
        """Return the libraries reached through calls: those of the kernel, and Numba's own."""
        found: dict[Any, None] = {}
        waiting: list[Any] = [self]
        while waiting:
            library = waiting.pop()
            if library not in found:
                found[library] = None
                if isinstance(library, KernelLibrary):  # by name: Python's hashes order them, and inlining hears of it
                    waiting += sorted(library._linking_libraries, key=_name_of)
        kernel = [library for library in found if isinstance(library, KernelLibrary)]
        return kernel, [library for library in found if not isinstance(library, KernelLibrary)]


class EntryLibrary(JITCodeLibrary):
    """The code of an entry point, with whatever of the kernel it reaches."""

    def _optimize_final_module(self) -> None:
        """Optimise, with functions of this package that are known to nobody else: one that is called once becomes
        part of its caller, one that is called no more is dropped, and where none can fail nobody asks whether it has.
        Numba's own functions are left as they are.

        Once and at level 2: Numba does it twice and at level 3, the first time for the sake of counted references,
        of which there are none here. Measured: a second less of 17, and no slower."""
        for function in self._final_module.functions:
            linked = not function.is_declaration and function.linkage == ll.Linkage.linkonce_odr
            if linked and function.name.startswith(OWN_FUNCTIONS):
                function.linkage = "internal"
        passes, builder = self._codegen._module_pass_manager(opt=LEVEL)
        passes.run(self._final_module, builder)


def _name_of(library: Any) -> str:
    return str(library.name)


def _shareable(module: Any) -> Any:
    """Return a copy of a module whose functions several others may hold."""
    copy = module.clone()
    for function in copy.functions:
        if not function.is_declaration and function.linkage == ll.Linkage.external:
            function.linkage = "linkonce_odr"
    return copy


def _index_as_it_is(context: Any, builder: Any, index_type: Any, index: Any, _: Any) -> Any:
    """Return an index as a machine word, whatever its sign."""
    return context.cast(builder, index, index_type, types.intp if index_type.signed else types.uintp)


@contextmanager
def _indices_as_they_are() -> Iterator[None]:
    """While this lasts no index counts from the end; Numba's lock keeps others from compiling meanwhile."""
    before = arrayobj.fix_integer_index
    arrayobj.fix_integer_index = _index_as_it_is
    try:
        yield
    finally:
        arrayobj.fix_integer_index = before


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """Lowering that ends with intermediate code."""

    _name = "kernel_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function, and make it known to those that call it."""
        name = state.func_id.func_qualname
        state.library = KernelLibrary(state.targetctx.codegen(), name)
        state.flags.no_compile = True
        with _indices_as_they_are():
            super().run_pass(state)
        lowered, refusal = state["cr"], _refusal(name)
        state.targetctx.insert_user_function(refusal, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=refusal)
        return True


class Refusal:
    """What says that a function of the kernel cannot be called, when it is compared with anything."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, _: object) -> bool:
        raise TypeError(f"{self.name} is a function of the kernel: only compiled code can call it")


def _refusal(name: str) -> Any:
    """Return what Python finds in place of the function's machine code, and calls with a tuple of the arguments.

    Numba takes nothing but a built-in function, and another one for each: here the search of a list for
    what to remove.
    """
    return [Refusal(name)].remove


@register_pass(mutates_CFG=True, analysis_only=False)
class EntryLowering(NativeLowering):
    """Lowering of an entry point."""

    _name = "entry_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function into a library of its own kind."""
        state.library = EntryLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        with _indices_as_they_are():
            return super().run_pass(state)


class _Compiler(CompilerBase):
    """Numba's compiler with another lowering."""

    lowering: type[NativeLowering]

    def define_pipelines(self) -> list[PassManager]:
        """Return the one pipeline."""
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline.passes = [(self.lowering if step is NativeLowering else step, why) for step, why in pipeline.passes]
        pipeline.finalize()
        return [pipeline]


class KernelCompiler(_Compiler):
    """Compiles functions of the kernel."""

    lowering = KernelLowering


class EntryCompiler(_Compiler):
    """Compiles entry points."""

    lowering = EntryLowering


def machine_code(loop: Any, arguments: Sequence[Any]) -> MachineCode:
    """Compile a function of the kernel as one of the address at which such arguments lie, one after the other.

    Raises
    ------
    TypeError
        if its result is no number of 8 bytes, or it needs something of Numba when it runs.
    """
    kinds = types.Tuple(tuple(typeof(argument) for argument in arguments))

    def read(_: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, _: Any, args: Any) -> Any:
            models = [context.data_model_manager[kind] for kind in kinds]
            table = ir.LiteralStructType([model.get_data_type() for model in models])
            place = builder.inttoptr(args[0], table.as_pointer())
            parts = [
                model.from_data(builder, builder.load(cgutils.gep_inbounds(builder, place, 0, i)))
                for i, model in enumerate(models)
            ]
            return context.make_tuple(builder, kinds, parts)

        return kinds(address), codegen

    laid_out: Any = intrinsic(read)

    def run(address: Any) -> Any:
        return loop(*laid_out(address))

    options: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
    compiled = numba.njit(pipeline_class=EntryCompiler, **options)(run)
    compiled.compile((types.int64,))
    (made,) = compiled.overloads.values()
    needed = {f.name for f in made.library._final_module.functions if f.is_declaration}
    if of_numba := sorted(name for name in needed if name.startswith(("numba", "NRT", "Py"))):
        raise TypeError(f"{loop.py_func.__name__} cannot run without Numba: {', '.join(of_numba)}")
    result = str(types.unliteral(made.signature.return_type))
    if result not in RESULTS:
        raise TypeError(f"{loop.py_func.__name__} returns {result}, and can return {', '.join(RESULTS)}")
    return MachineCode(made.fndesc.llvm_func_name, result, made.library._get_compiled_object())
