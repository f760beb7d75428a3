"""The commands, each a module of its own that is imported when the command is called."""
