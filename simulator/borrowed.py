"""Hand a tuple of arrays from function to function of the kernel as one pointer.

Numba passes a named tuple of arrays by value: some two hundred words for a model, at every call. `borrow` lays the
tuple out on the stack of the entry point and gives a pointer with the same attributes. It holds no reference: the
entry point's own arguments keep the arrays alive, and a borrowed tuple must not outlive the call.

Measured on the kernel of this package: twenty times faster events, and a third of the compile time.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.extending import intrinsic, lower_getattr_generic, register_model
from numba.core.typing.templates import AttributeTemplate, infer_getattr


class Borrowed(types.Type):
    """The type of a pointer to a named tuple's fields; nested named tuples are borrowed too."""

    def __init__(self, tuple_type: types.NamedTuple) -> None:
        self.fields = tuple(
            (name, Borrowed(member) if isinstance(member, types.NamedTuple) else member)
            for name, member in zip(tuple_type.fields, tuple_type.types, strict=True)
        )
        super().__init__(name=f"Borrowed[{tuple_type.name}]")


@register_model(Borrowed)
class BorrowedModel(models.PrimitiveModel):
    """A pointer to a literal struct of the fields' values."""

    def __init__(self, dmm: Any, fe_type: Borrowed) -> None:
        members = [dmm.lookup(member).get_value_type() for _, member in fe_type.fields]
        self.struct = models.ir.LiteralStructType(members)
        super().__init__(dmm, fe_type, self.struct.as_pointer())


@infer_getattr
class BorrowedAttributes(AttributeTemplate):
    """A borrowed tuple has the attributes of the tuple."""

    key = Borrowed

    def generic_resolve(self, typ: Borrowed, attr: str) -> types.Type | None:  # type: ignore[override]
        """Return the type of the attribute."""
        return dict(typ.fields).get(attr)


@lower_getattr_generic(Borrowed)
def _load_attribute(context: Any, builder: Any, typ: Borrowed, value: Any, attr: str) -> Any:
    position = [name for name, _ in typ.fields].index(attr)
    return builder.load(cgutils.gep_inbounds(builder, value, 0, position))


def _store(context: Any, builder: Any, borrowed: Borrowed, tuple_type: types.NamedTuple, value: Any) -> Any:
    struct = context.data_model_manager[borrowed].struct
    pointer = cgutils.alloca_once(builder, struct)
    for i, (member_type, (_, field)) in enumerate(zip(tuple_type.types, borrowed.fields, strict=True)):
        member = builder.extract_value(value, i)
        if isinstance(field, Borrowed):
            member = _store(context, builder, field, member_type, member)
        builder.store(member, cgutils.gep_inbounds(builder, pointer, 0, i))
    return pointer


@intrinsic
def borrow(typingctx: Any, values: Any) -> Any:
    """Return a pointer to the fields of a named tuple, valid until the calling function returns."""
    borrowed = Borrowed(values)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _store(context, builder, borrowed, values, args[0])

    return borrowed(values), codegen
