"""From labels to the bases of a read: results, their files, and how good they are."""
