"""Softmax, what is drawn from it, and its cross-entropy."""
