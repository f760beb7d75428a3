"""Vectors of tokens that many texts made, in the files of other programs."""
