"""The core's own decoders."""
