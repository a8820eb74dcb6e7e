"""Arrays in compiled loops without counting references to them.

Numba counts a reference to each array that is handed to an inlined function, with an atomic
addition, and takes it back: in a loop of a few nanoseconds that is most of the work. And a loop
takes so many arrays as it has arguments; those whose number is not known come by their addresses.
Nor has numba a way to read eight octets at once where they do not lie on a multiple of eight.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic


@intrinsic
def _pointer(typing_context, address):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's door
    """The address, an integer, as what `numba.carray` takes. Who calls keeps the array alive."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.uint64), generate


@intrinsic
def _lent(typing_context, array):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's door
    """The same array, to which nobody counts references: good while the function's own one is."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        kind = signature.args[0]
        given = context.make_array(kind)(context, builder, arguments[0])
        found = context.make_array(kind)(context, builder)
        for name in ("nitems", "itemsize", "data", "shape", "strides"):
            setattr(found, name, getattr(given, name))
        found.meminfo = cgutils.get_null_value(found.meminfo.type)  # type: ignore[no-untyped-call]
        found.parent = cgutils.get_null_value(found.parent.type)  # type: ignore[no-untyped-call]
        return found._getvalue()

    return array(array), generate


@intrinsic
def _eight(typing_context, array, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's door
    """The eight octets from `array[index]` on as one number, the first one lowest."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        kind = signature.args[0]
        given = context.make_array(kind)(context, builder, arguments[0])
        at = builder.gep(given.data, [arguments[1]])
        word = builder.bitcast(at, ir.IntType(64).as_pointer())
        return builder.load(word, align=1)

    return types.uint64(array, types.int64), generate


@intrinsic
def _put_eight(typing_context, array, index, word):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's door
    """Writes what `eight` reads."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        kind = signature.args[0]
        given = context.make_array(kind)(context, builder, arguments[0])
        at = builder.gep(given.data, [arguments[1]])
        builder.store(arguments[2], builder.bitcast(at, ir.IntType(64).as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.uint64), generate


@intrinsic
def _trailing(typing_context, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001 -- numba's door
    """How many zeros a number of 64 bits ends in; 64 of zero."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.uint64), generate


pointer: Any = _pointer
lent: Any = _lent
eight: Any = _eight
put_eight: Any = _put_eight
trailing: Any = _trailing
