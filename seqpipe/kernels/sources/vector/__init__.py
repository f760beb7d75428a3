"""Vectors as wide as a register, arithmetic with them, and functions of them."""
