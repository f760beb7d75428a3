"""What stands for words that are not known."""

UNKNOWN = "<unk>"
"""In a vocabulary, the token of a word that is not known, or a part of it."""

NEVER_KNOWN = "\ufffd"
"""Unicode's replacement character: in a text it makes the word unknown."""
