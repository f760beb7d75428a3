"""The one table of limits on what records may take: the section ``limits`` of a pipeline file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MEGABYTE = 1_000_000


class Limits(BaseModel):
    """How much one record may take; what exceeds it is a failed record, and the run goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    record_mb: float = Field(4, gt=0, le=1e6, description="megabytes of a line of text, or of a row of a table")
    memory_mb: float = Field(
        2048, gt=0, le=1e8, description="megabytes that an isolated stage may take on top of its start"
    )
    seconds: float = Field(60, gt=0, le=1e8, description="until an isolated stage must have the next record ready")
    start_seconds: float = Field(60, gt=0, le=1e8, description="until an isolated stage must have been imported")
    open_files: int = Field(64, ge=8, le=1_000_000, description="files that an isolated stage may have open")

    @property
    def record_bytes(self) -> int:
        """The largest record."""
        return int(self.record_mb * MEGABYTE)
