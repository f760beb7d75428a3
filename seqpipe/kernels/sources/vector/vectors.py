"""Vectors: values as wide as a register, so that a loop over units is written once and runs 4, 8 or 16 at a time.

LLVM turns loops into vector instructions only where it can prove that few arrays do not overlap. Here the vectors are
in the source instead: `load`, arithmetic with vectors and numbers, `store`. In plain Python they are NumPy arrays.
"""

import operator

from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

from seqpipe.kernels.isa import instruction_set
from seqpipe.kernels.numba_internals import (
    AbstractTemplate,
    Conversion,
    get_or_insert_function,
    infer_global,
    make_array,
    signature,
    unpack_tuple,
)

ISA = instruction_set()
INT32, INT64 = ir.IntType(32), ir.IntType(64)


class Vector(types.Type):
    """As many values of ``dtype`` as a register holds."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.lanes = ISA.lanes(dtype.bitwidth // 8)
        super().__init__(f"Vector({dtype})")

    def can_convert_from(self, _typing, other):
        """Let a number be a vector that has it in each lane."""
        return Conversion.safe if isinstance(other, types.Number) else None


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(_element(kind), kind.lanes))


def _element(kind):
    return ir.FloatType() if kind.dtype == types.float32 else ir.DoubleType()


def llvm_function(builder, name, kind, arity):
    """Return LLVM's intrinsic ``name`` from ``arity`` vectors of an LLVM type to one."""
    suffix = f".v{kind.count}f{32 if kind.element == ir.FloatType() else 64}"
    return get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * arity), name + suffix)


def splat(builder, scalar, kind):
    """Return a vector of the LLVM type ``kind`` with the scalar in each lane."""
    undefined = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(undefined, scalar, INT32(0))
    return builder.shuffle_vector(
        first, undefined, ir.Constant(ir.VectorType(INT32, kind.count), [INT32(0)] * kind.count)
    )


def _place(context, builder, array_type, array, row, column):
    """Return the address of an element of an array of two dimensions, as one of its vector there."""
    struct = make_array(array_type)(context, builder, array)
    rows, _ = unpack_tuple(builder, struct.strides)
    start = builder.gep(builder.bitcast(struct.data, ir.IntType(8).as_pointer()), [builder.mul(row, rows)])
    kind = ir.VectorType(context.get_data_type(array_type.dtype), Vector(array_type.dtype).lanes)
    element = builder.gep(builder.bitcast(start, kind.element.as_pointer()), [column])
    return builder.bitcast(element, kind.as_pointer())


def whole_or_part(builder, whole, write):
    """Write code for whole vectors and code with masks, of which ``whole`` chooses when it runs; return its values.

    ``write(masked)`` writes either and returns vectors. Where masks cost nothing there is one code for both: elsewhere
    a masked store is slow (AVX2), or a branch for each lane (NEON and SSE).
    """
    if ISA.masks:
        return write(True)
    with builder.if_else(whole, likely=True) as (then, otherwise):
        with then:
            values, block = write(False), builder.block
        with otherwise:
            others, other_block = write(True), builder.block
    merged = []
    for value, other in zip(values, others, strict=True):
        merged.append(builder.phi(value.type))
        merged[-1].add_incoming(value, block)
        merged[-1].add_incoming(other, other_block)
    return merged


def lanes_below(builder, count, kind, first=0):
    """Return the mask of the lanes of a vector of the LLVM type ``kind``, numbered from ``first``, below ``count``."""
    integers = ir.VectorType(INT64, kind.count)
    numbers = ir.Constant(integers, [INT64(first + lane) for lane in range(kind.count)])
    return builder.icmp_signed("<", numbers, splat(builder, count, integers))


def load_lanes(builder, pointer, count):
    """Return the vector at an address; zeros from lane ``count`` on."""
    kind = pointer.type.pointee

    def write(masked):
        return [load_vector(builder, pointer, lanes_below(builder, count, kind) if masked else None)]

    return whole_or_part(builder, builder.icmp_signed(">=", count, INT64(kind.count)), write)[0]


def store_lanes(builder, value, pointer, count):
    """Write the first ``count`` lanes of a vector to an address."""
    kind = value.type

    def write(masked):
        store_vector(builder, value, pointer, lanes_below(builder, count, kind) if masked else None)
        return []

    whole_or_part(builder, builder.icmp_signed(">=", count, INT64(kind.count)), write)


def load_vector(builder, pointer, mask=None):
    """Return the vector at an address aligned to its elements; zeros where there is a mask that does not name them."""
    kind = pointer.type.pointee
    if mask is None:
        value = builder.load(pointer)
        value.align = itemsize_of(kind.element)
        return value
    zeros = ir.Constant(kind, [kind.element(0)] * kind.count)
    return builder.call(_masked_function(builder, "load", kind), [pointer, _alignment(kind), mask, zeros])


def store_vector(builder, value, pointer, mask=None):
    """Write a vector to an address aligned to its elements; where there is a mask, the lanes that it names."""
    kind = value.type
    if mask is None:
        builder.store(value, pointer).align = itemsize_of(kind.element)
    else:
        builder.call(_masked_function(builder, "store", kind), [value, pointer, _alignment(kind), mask])


def itemsize_of(element):
    """Return the size in bytes of an LLVM type."""
    return {"float": 4, "double": 8}[str(element)]


def _alignment(kind):
    return INT32(itemsize_of(kind.element))


def _masked_function(builder, name, kind):
    """Return LLVM's ``load`` or ``store`` of the lanes of a vector of the LLVM type ``kind`` that a mask names."""
    pointer, mask = kind.as_pointer(), ir.VectorType(ir.IntType(1), kind.count)
    suffix = f".v{kind.count}f{8 * itemsize_of(kind.element)}.p0"
    function = (
        ir.FunctionType(kind, [pointer, INT32, mask, kind])
        if name == "load"
        else ir.FunctionType(ir.VoidType(), [kind, pointer, INT32, mask])
    )
    return get_or_insert_function(builder.module, function, f"llvm.masked.{name}{suffix}")


def prefetch_function(builder):
    """Return LLVM's instruction to fetch a line into a cache: (address, write, locality, data)."""
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer(), INT32, INT32, INT32])
    return get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")


def _load_plain(array, row, column, count):
    return array[row, column : column + min(count, ISA.lanes(array.itemsize))].copy()


@intrinsic
def _load(_typing, array, row, column, count):
    def generate(context, builder, signature, arguments):
        pointer = _place(context, builder, signature.args[0], *arguments[:3])
        return load_lanes(builder, pointer, arguments[3])

    return Vector(array.dtype)(array, types.int64, types.int64, types.int64), generate


load = _load_plain if config.DISABLE_JIT else _load
"""``load(array, row, column, count)``: the values from ``array[row, column]`` on; zeros from lane ``count`` on."""


def _store_plain(array, row, column, vector, count):
    array[row, column : column + min(count, vector.size)] = vector[:count]


@intrinsic
def _store(_typing, array, row, column, vector, count):
    def generate(context, builder, signature, arguments):
        pointer = _place(context, builder, signature.args[0], *arguments[:3])
        store_lanes(builder, arguments[3], pointer, arguments[4])
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64, vector, types.int64), generate


store = _store_plain if config.DISABLE_JIT else _store
"""``store(array, row, column, vector, count)``: write the first ``count`` lanes to ``array[row, column]`` on."""


@lower_cast(types.Number, Vector)
def _splat_number(context, builder, number, kind, scalar):
    return splat(builder, context.cast(builder, scalar, number, kind.dtype), context.get_value_type(kind))


class _Arithmetic(AbstractTemplate):
    def generic(self, args, _kws):
        vectors = [kind for kind in args if isinstance(kind, Vector)]
        if len(args) == 2 and vectors and all(isinstance(kind, Vector | types.Number) for kind in args):
            return signature(vectors[0], vectors[0], vectors[0])
        return None


def _define(function, name):
    """Make Numba compile an operator between vectors, and between vectors and numbers, as LLVM's instruction."""
    infer_global(function)(type(f"_{name}", (_Arithmetic,), {"key": function}))

    @lower_builtin(function, Vector, Vector)
    def _generate(_context, builder, _signature, arguments):
        return getattr(builder, name)(*arguments)


for _function, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define(_function, _name)
