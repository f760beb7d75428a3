"""Dot products of bytes in the instructions that a CPU has for them, as LLVM vector IR.

A vector of weights holds four neighbours along the depth, signed bytes, for each lane; the four bytes of the inputs
that they meet stand in every lane. All instructions below add the same four products to an int32 sum of each lane,
without saturation for bytes from -127 to 127, so the sums are the same bits on every CPU.
"""

from llvmlite import ir

from seqpipe.kernels.numba_internals import get_or_insert_function

BYTE, INT16, INT32 = ir.IntType(8), ir.IntType(16), ir.IntType(32)


PAIR_SUMS = {  # by the width of vectors: multiply bytes and add pairs, multiply words and add pairs
    128: ("llvm.x86.ssse3.pmadd.ub.sw.128", "llvm.x86.sse2.pmadd.wd"),
    256: ("llvm.x86.avx2.pmadd.ub.sw", "llvm.x86.avx2.pmadd.wd"),
    512: ("llvm.x86.avx512.pmaddubs.w.512", "llvm.x86.avx512.pmaddw.d.512"),
}


def _call(builder, name, returned, *arguments):
    """Return what LLVM's intrinsic ``name`` makes of the arguments."""
    kind = ir.FunctionType(returned, [argument.type for argument in arguments])
    return builder.call(get_or_insert_function(builder.module, kind, name), arguments)


def _constant(kind, value):
    return ir.Constant(kind, [kind.element(value)] * kind.count)


class DotWriter:
    """Writes dot products with the instructions of an `IntegerDot`."""

    def __init__(self, dot):
        self.bits, self.lanes = dot.bits, dot.lanes

    @property
    def bytes(self):
        """LLVM's vector of weights."""
        return ir.VectorType(BYTE, 4 * self.lanes)

    @property
    def words(self):
        """LLVM's vector of products of bytes."""
        return ir.VectorType(INT16, 2 * self.lanes)

    @property
    def sums(self):
        """LLVM's vector of sums."""
        return ir.VectorType(INT32, self.lanes)

    def begin(self, _builder, initial):
        """Return what is kept in registers for a vector of sums, which begin at ``initial``."""
        return (initial,)

    def inputs(self, _builder, four):
        """Return what `add` needs of the four bytes of inputs, given in every lane."""
        return (four,)

    def add(self, builder, kept, weights, inputs):
        """Return what is kept, with the products of weights and inputs added."""
        raise NotImplementedError

    def end(self, _builder, kept):
        """Return the vector of sums."""
        return kept[0]


class UnsignedBySigned(DotWriter):
    """``vpdpbusd`` of AVX-512 VNNI and AVX-VNNI: one instruction for all."""

    def add(self, builder, kept, weights, inputs):
        """Add four products of an unsigned and a signed byte."""
        # LLVM before 22 names int32 as the type of the bytes; newer ones take the older name for the same
        operands = [builder.bitcast(value, self.sums) for value in (inputs[0], weights)]
        return (_call(builder, f"llvm.x86.avx512.vpdpbusd.{self.bits}", self.sums, kept[0], *operands),)


class SignedBySigned(DotWriter):
    """``sdot`` of NEON with its dot products: one instruction for all."""

    def add(self, builder, kept, weights, inputs):
        """Add four products of signed bytes."""
        return (_call(builder, "llvm.aarch64.neon.sdot.v4i32.v16i8", self.sums, kept[0], weights, inputs[0]),)


class MagnitudeBySign(DotWriter):
    """Magnitudes of inputs, unsigned, times weights whose bits are turned where an input is negative.

    ``x w = |x| (w ^ m) + |x|`` with m all ones for a negative x, since ``-w = (w ^ m) + 1``: what is added depends on
    the inputs alone, so sums begin with it. Two products, each of 127 by 128 at most, fit in 16 bits.
    """

    def inputs(self, builder, four):
        """Return m and the magnitudes."""
        negative = builder.icmp_signed("<", four, _constant(self.bytes, 0))
        magnitude = _call(builder, f"llvm.abs.v{self.bytes.count}i8", self.bytes, four, ir.IntType(1)(0))
        return builder.sext(negative, self.bytes), magnitude

    def add(self, builder, kept, weights, inputs):
        """Add pairs of products and then the two pairs."""
        multiply, add_pairs = PAIR_SUMS[self.bits]
        turned, magnitude = inputs
        pairs = _call(builder, multiply, self.words, magnitude, builder.xor(turned, weights))
        return (builder.add(kept[0], _call(builder, add_pairs, self.sums, pairs, _constant(self.words, 1))),)


class Halves(DotWriter):
    """Sums of pairs, of the lower and of the upper lanes apart, until the end."""

    def begin(self, builder, initial):
        """Return sums of pairs: the first of each two begins at ``initial``."""
        zeros = _constant(self.sums, 0)
        return tuple(
            builder.shuffle_vector(initial, zeros, _indices(places)) for places in ((0, 4, 1, 4), (2, 4, 3, 4))
        )

    def end(self, builder, kept):
        """Add each first to its second."""
        return builder.add(
            *(builder.shuffle_vector(*kept, _indices(places)) for places in ((0, 2, 4, 6), (1, 3, 5, 7)))
        )


class Portable(DotWriter):
    """Shifts and multiplications of 32 bits, which every CPU has."""

    def add(self, builder, kept, weights, inputs):
        """Add four products, each of two bytes that are shifted to the top of a lane and back with their signs."""
        (total,), lanes = kept, [builder.bitcast(value, self.sums) for value in (weights, inputs[0])]
        for place in range(4):
            factors = [
                builder.ashr(builder.shl(lane, _constant(self.sums, 8 * place)), _constant(self.sums, 24))
                for lane in lanes
            ]
            total = builder.add(total, builder.mul(*factors))
        return (total,)


def _indices(places):
    return ir.Constant(ir.VectorType(INT32, len(places)), [INT32(place) for place in places])


class PairsOfWords(Halves):
    """``pmaddwd`` of SSE2 on bytes made into words."""

    def _half(self, builder, value, upper):
        """Return the lower or upper eight bytes as words, with their signs."""
        places = range(8, 16) if upper else range(8)
        twice = builder.shuffle_vector(value, value, _indices([place for place in places for _ in range(2)]))
        return builder.ashr(builder.bitcast(twice, self.words), _constant(self.words, 8))

    def inputs(self, builder, four):
        """Return the inputs as words."""
        return (self._half(builder, four, upper=False),)

    def add(self, builder, kept, weights, inputs):
        """Add pairs of products."""
        added = []
        for upper, total in enumerate(kept):
            words = self._half(builder, weights, upper)
            added.append(builder.add(total, _call(builder, "llvm.x86.sse2.pmadd.wd", self.sums, words, inputs[0])))
        return tuple(added)


class PairsOfBytes(Halves):
    """``smull`` and ``sadalp`` of NEON: products of 16 bits, of which pairs are added to the sums."""

    def add(self, builder, kept, weights, inputs):
        """Add pairs of products, each of which fits in 16 bits."""
        eight = ir.VectorType(BYTE, 8)
        added = []
        for upper, total in enumerate(kept):
            places = _indices(range(8 * upper, 8 * upper + 8))
            halves = [builder.shuffle_vector(value, value, places) for value in (weights, inputs[0])]
            assert halves[0].type == eight
            products = _call(builder, "llvm.aarch64.neon.smull.v8i16", self.words, *halves)
            pairs = _call(builder, "llvm.aarch64.neon.saddlp.v4i32.v8i16", self.sums, products)
            added.append(builder.add(total, pairs))
        return tuple(added)


WRITERS = {
    "avx512vnni": UnsignedBySigned,
    "avx512bw": MagnitudeBySign,
    "avxvnni": UnsignedBySigned,
    "avx2": MagnitudeBySign,
    "dotprod": SignedBySigned,
    "neon": PairsOfBytes,
    "ssse3": MagnitudeBySign,
    "sse2": PairsOfWords,
    "portable": Portable,
}
