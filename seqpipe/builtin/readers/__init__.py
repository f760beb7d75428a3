"""Readers of text, tables and JSON Lines."""
