# Everyday commands. Without just: run the right-hand sides.

test *args:
    uv run --group test pytest {{args}}

lint:
    uv run --group test ruff check
    uv run --group test ruff format --check

format:
    uv run --group test ruff check --fix
    uv run --group test ruff format

types:
    uv run --group test mypy

check: lint types test

# the pages and pictures that scripts write
docs:
    uv run --group test python docs/generate_reference.py
    uv run --group test python docs/generate_api.py
    uv run --group test python docs/draw_topologies.py
    uv run --group test python docs/draw_basecalling.py
    uv run --group test python docs/run_learn.py
    uv run --group test python docs/draw_readme.py

bench *args:
    uv run --with-requirements benchmarks/requirements.txt python benchmarks/peers.py {{args}}

# more than an hour: kills, faults, damaged recordings, bad records, a million comments, hostile inputs, a server
soak:
    uv run --group test python -m benchmarks.run_kills
    uv run --group test python -m benchmarks.run_faults
    uv run --group test python -m benchmarks.run_mutations
    uv run --group test python -m benchmarks.run_soak --bad 1 10 1000
    uv run --group test python -m benchmarks.run_soak
    uv run --group test python -m benchmarks.run_hostile
    uv run --group test python -m benchmarks.serve_restarts
    uv run --group test python -m benchmarks.serve_soak

# a quarter of an hour: faults that are made in the code, which the tests must notice
mutants *args:
    uv run --group test python -m tests.mutants {{args}}

warm:
    uv run seqpipe warmup

new name:
    uv run seqpipe plugins new {{name}}
