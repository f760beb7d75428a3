"""Elementwise sums of arrays."""

from seqpipe.kernels.compiler import inlined, kernel


@inlined
def add_rows(addend, out):
    for column in range(out.size):
        out[column] += addend[column]


@kernel("float[:, ::1]", "out float[:, ::1]")
def add_in_place(addend, out):
    """Add (rows, columns) to ``out``, elementwise."""
    for row in range(out.shape[0]):
        add_rows(addend[row], out[row])


@kernel("float[::1]", "float64", "int64", returns="float64")
def scaled_sum(values, scale, start):
    """Return ``scale * (values[start] + ... + values[-1])``, summed from the first to the last."""
    total = 0.0
    for index in range(start, values.size):
        total += values[index]
    return scale * total
