"""The core's own tokenizers."""
