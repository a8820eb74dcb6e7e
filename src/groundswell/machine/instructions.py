"""What `memory` says, as LLVM's instructions; imported only where loops are compiled."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import carray  # type: ignore[attr-defined]
from numba.core import cgutils, types
from numba.extending import intrinsic as numba_intrinsic
from numba.extending import overload

from groundswell.machine import memory

# numba asks for these names of arguments, and gives what has no types of its own
# ruff: noqa: ANN001, ANN202, ARG001, PLW0108
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

intrinsic: Any = numba_intrinsic


@intrinsic
def _pointer(typing_context, address):
    """The address, an integer, as what `numba.carray` takes."""

    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.uint64), generate


@intrinsic
def _lent(typing_context, array):
    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        given = context.make_array(kind)(context, builder, arguments[0])
        found = context.make_array(kind)(context, builder)
        for name in ("nitems", "itemsize", "data", "shape", "strides"):
            setattr(found, name, getattr(given, name))
        found.meminfo = cgutils.get_null_value(found.meminfo.type)
        found.parent = cgutils.get_null_value(found.parent.type)
        return found._getvalue()

    return array(array), generate


@intrinsic
def _eight(typing_context, array, index):
    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        given = context.make_array(kind)(context, builder, arguments[0])
        at = builder.gep(given.data, [arguments[1]])
        word = builder.bitcast(at, ir.IntType(64).as_pointer())
        return builder.load(word, align=1)  # numba has no way to read what lies anywhere

    return types.uint64(array, types.int64), generate


@intrinsic
def _put_eight(typing_context, array, index, word):
    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        given = context.make_array(kind)(context, builder, arguments[0])
        at = builder.gep(given.data, [arguments[1]])
        builder.store(arguments[2], builder.bitcast(at, ir.IntType(64).as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.uint64), generate


@intrinsic
def _trailing(typing_context, number):
    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.uint64), generate


@intrinsic
def _prefetch(typing_context, array, index):
    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        whole = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, kind, whole, [arguments[1]])
        octets = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        call = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [octets, number, number, number]),
            "llvm.prefetch.p0i8",
        )
        to_write, keep, data = number(1), number(3), number(1)
        builder.call(call, [builder.bitcast(place, octets), to_write, keep, data])
        return context.get_dummy_value()

    return types.void(array, index), generate


def _means(said: Any) -> Any:
    """What a word of `memory` is in a loop."""
    return overload(said, jit_options={"forceinline": True})


@_means(memory.lent)
def _lend(array):
    return lambda array: _lent(array)


@_means(memory.borrowed)
def _borrow(address, shape, dtype):
    return lambda address, shape, dtype: carray(_pointer(address), shape, dtype)


@_means(memory.prefetch)
def _ask(array, index):
    return lambda array, index: _prefetch(array, index)


@_means(memory.eight)
def _read(array, index):
    return lambda array, index: _eight(array, index)


@_means(memory.put_eight)
def _write(array, index, word):
    return lambda array, index, word: _put_eight(array, index, word)


@_means(memory.trailing)
def _count(number):
    return lambda number: _trailing(number)
