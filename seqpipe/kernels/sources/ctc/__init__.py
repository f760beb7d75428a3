"""Connectionist temporal classification: the loss, the best path, beam search."""
