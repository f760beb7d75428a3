"""Vectors of several gates, or states, of the same units: tuples, whose lengths the compiler knows.

The values of a gate stand ``distance`` columns after those of the one before.
"""

import numpy as np
from numba import config, types
from numba.extending import intrinsic

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.numba_internals import unpack_tuple
from seqpipe.kernels.sources.vector.vectors import INT64, Vector, load, store

ISA = instruction_set()


def _calling(context, builder, function, *kinds):
    """Return what generates a call of another intrinsic function, for arguments of these types."""
    kind = context.typing_context.resolve_value_type(function)
    generate = context.get_function(kind, kind.get_call_type(context.typing_context, kinds, {}))
    return lambda *arguments: generate(builder, arguments)


def _column(builder, column, distance, index):
    return builder.add(column, builder.mul(INT64(index), distance))


def _tuple_of(kind, number):
    return types.UniTuple(kind, number) if number else types.Tuple(())


def _load_each_plain(array, row, column, distance, count, number):
    return tuple(load(array, row, column + index * distance, count) for index in range(number))


@intrinsic(prefer_literal=True)
def _load_each(_typing, array, row, column, distance, count, number):
    found = _tuple_of(Vector(array.dtype), number.literal_value)

    def generate(context, builder, _signature, arguments):
        values, at, first, gap, lanes, _ = arguments
        load_one = _calling(context, builder, load, array, types.int64, types.int64, types.int64)
        places = [_column(builder, first, gap, index) for index in range(number.literal_value)]
        return context.make_tuple(builder, found, [load_one(values, at, place, lanes) for place in places])

    return found(array, types.int64, types.int64, types.int64, types.int64, number), generate


load_each = _load_each_plain if config.DISABLE_JIT else _load_each
"""``load_each(array, row, column, distance, count, number)``: a tuple of so many vectors (see `load`)."""


def _store_each_plain(array, row, column, distance, values, count):
    for index, value in enumerate(values):
        vector = value if isinstance(value, np.ndarray) else np.full(ISA.lanes(array.itemsize), value, array.dtype)
        store(array, row, column + index * distance, vector, count)


@intrinsic
def _store_each(_typing, array, row, column, distance, values, count):
    def generate(context, builder, _signature, arguments):
        target, at, first, gap, found, lanes = arguments
        vector = Vector(array.dtype)
        store_one = _calling(context, builder, store, array, types.int64, types.int64, vector, types.int64)
        for index, value in enumerate(unpack_tuple(builder, found, len(values))):
            place = _column(builder, first, gap, index)
            store_one(target, at, place, context.cast(builder, value, values[index], vector), lanes)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64, types.int64, values, types.int64), generate


store_each = _store_each_plain if config.DISABLE_JIT else _store_each
"""``store_each(array, row, column, distance, values, count)``: write a tuple of vectors, or numbers (see `store`)."""


def _add_first_plain(values, others, number):
    return tuple(a + b for a, b in zip(values[:number], others, strict=False)) + values[number:]


@intrinsic(prefer_literal=True)
def _add_first(_typing, values, others, number):
    def generate(context, builder, _signature, arguments):
        found = unpack_tuple(builder, arguments[0], len(values))
        added = unpack_tuple(builder, arguments[1], len(others))
        for index in range(number.literal_value):
            found[index] = builder.fadd(found[index], added[index])
        return context.make_tuple(builder, values, found)

    return values(values, others, number), generate


add_first = _add_first_plain if config.DISABLE_JIT else _add_first
"""``add_first(values, others, number)``: the values, with the others added to the first so many."""


def _last_plain(values, number):
    return values[len(values) - number :]


@intrinsic(prefer_literal=True)
def _last(_typing, values, number):
    found = _tuple_of(values.dtype, number.literal_value) if number.literal_value else types.Tuple(())

    def generate(context, builder, _signature, arguments):
        unpacked = unpack_tuple(builder, arguments[0], len(values))
        return context.make_tuple(builder, found, unpacked[len(values) - number.literal_value :])

    return found(values, number), generate


last = _last_plain if config.DISABLE_JIT else _last
"""``last(values, number)``: the last so many of a tuple."""
