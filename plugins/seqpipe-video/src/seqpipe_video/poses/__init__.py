"""Poses: joints over time, from any source, on one skeleton."""
