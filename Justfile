# Everyday commands. Without just: run the right-hand sides.

test *args:
    uv run pytest {{args}}

lint:
    uv run ruff check
    uv run ruff format --check

format:
    uv run ruff check --fix
    uv run ruff format

types:
    uv run mypy

check: lint types test

# the pages and pictures that scripts write
docs:
    uv run python docs/generate_reference.py
    uv run python docs/generate_api.py
    uv run python docs/draw_topologies.py
    uv run python docs/draw_basecalling.py
    uv run python docs/run_learn.py

bench *args:
    uv run --with-requirements benchmarks/requirements.txt python benchmarks/peers.py {{args}}

# more than an hour: kills, faults, damaged recordings, bad records, a million comments, hostile inputs, a server
soak:
    uv run python -m benchmarks.run_kills
    uv run python -m benchmarks.run_faults
    uv run python -m benchmarks.run_mutations
    uv run python -m benchmarks.run_soak --bad 1 10 1000
    uv run python -m benchmarks.run_soak
    uv run python -m benchmarks.run_hostile
    uv run python -m benchmarks.serve_restarts
    uv run python -m benchmarks.serve_soak

# a quarter of an hour: faults that are made in the code, which the tests must notice
mutants *args:
    uv run python -m tests.mutants {{args}}

warm:
    uv run seqpipe warmup

new name:
    uv run seqpipe plugins new {{name}}
