"""The core's own encoders."""
