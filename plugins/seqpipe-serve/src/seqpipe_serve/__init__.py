"""Pipelines of seqpipe over HTTP."""
