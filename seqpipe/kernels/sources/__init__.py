"""The kernels, one subject a module; each module that has entry points is a unit (see `seqpipe.kernels`)."""
