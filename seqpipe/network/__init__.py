"""Layers, losses, decoding and optimizers: arrays in, arrays out, each with an explicit backward pass.

Sequences of a batch stand one after the other in flat arrays with offsets, without padding; what is computed for one
does not depend on the others, to the bit.
"""
