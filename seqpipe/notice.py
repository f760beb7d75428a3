"""What people are told although nothing is wrong."""

NOTICE = 25
"""The level, in Python's logging, of what everybody wants to see unless they said that they want to see nothing."""
