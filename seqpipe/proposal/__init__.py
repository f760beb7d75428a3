"""First pipelines for data: what a table holds, guessed from its rows, and the file that trains on it."""

from seqpipe.proposal.data_sample import sample_of
from seqpipe.proposal.first_pipeline import draft
from seqpipe.proposal.roles import Roles, choose_roles
from seqpipe.proposal.table_sample import Column, TableSample

__all__ = ["Column", "Roles", "TableSample", "choose_roles", "draft", "sample_of"]
