"""For the tests of the core and of all plugins."""

from hypothesis import settings

settings.register_profile("seqpipe", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("seqpipe")
