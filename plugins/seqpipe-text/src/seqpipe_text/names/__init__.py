"""Names in texts: columns with their tags, how they are found, and how well."""
