"""What holds for a command as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Session:
    """What global options say.

    Attributes:
        traceback: show where in the code an error comes from.
        json_log: write what goes to standard error as objects in JSON.
    """

    traceback: bool = False
    json_log: bool = False
