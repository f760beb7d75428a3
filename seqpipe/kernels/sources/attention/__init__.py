"""Attention over the positions of a source, and the decoder that uses it."""
