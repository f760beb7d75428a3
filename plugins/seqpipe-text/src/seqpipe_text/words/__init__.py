"""Texts into sentences, words, and pieces of words."""
