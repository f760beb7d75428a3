"""Activities from the frames of a video."""
