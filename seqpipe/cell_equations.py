"""What the equations of a recurrent cell are written with: functions of vectors, for modules of plugins.

Importing this imports Numba, so it belongs into a module of its own, which a `seqpipe.Cell` names and which is imported
only when its kernels are compiled::

    from seqpipe.cell_equations import inlined, sigmoid, tanh
"""

from seqpipe.kernels.compiler import inlined
from seqpipe.kernels.sources.vector.activations import sigmoid, tanh
from seqpipe.kernels.sources.vector.arithmetic import multiply_add, rectify, where_positive

__all__ = ["inlined", "multiply_add", "rectify", "sigmoid", "tanh", "where_positive"]
