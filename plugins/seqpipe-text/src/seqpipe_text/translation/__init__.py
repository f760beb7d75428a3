"""Translations: texts side by side, their pieces, and how they are searched and measured."""
