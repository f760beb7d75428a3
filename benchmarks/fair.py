"""Settings of a shell that would slow a peer, taken back; imported before any engine reads them."""

import os

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.pop(name, None)
