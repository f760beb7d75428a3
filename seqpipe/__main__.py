"""``python -m seqpipe``: the command line, with nothing imported from the working directory."""

from __future__ import annotations

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the working directory, which -m puts there
sys.path[:] = [folder for folder in sys.path if folder]  # and so does an empty entry of PYTHONPATH

from seqpipe.cli import main  # noqa: E402 - after what it must not see is gone

if __name__ == "__main__":
    main()
