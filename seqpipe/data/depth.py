"""How deeply lists and mappings lie within one another."""

from __future__ import annotations

from typing import Any

DEEPEST = 100
"""Levels that a value may have that comes from outside: whoever copies or writes it goes down level by level."""


def is_too_deep(value: Any) -> bool:
    """Whether a value of JSON has more levels than `DEEPEST`."""
    level = [value]
    for _ in range(DEEPEST):
        containers = [item.values() if isinstance(item, dict) else item for item in level]
        level = [item for container in containers for item in container if isinstance(item, dict | list)]
        if not level:
            return False
    return True
