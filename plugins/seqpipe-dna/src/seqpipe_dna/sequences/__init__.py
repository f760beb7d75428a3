"""Sequences of nucleotides: bases by their IUPAC codes, both strands, and labels of them."""
