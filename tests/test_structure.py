"""The laws of the code's own structure: what may import what, and what is imported when."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import seqpipe

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "seqpipe"
ORDER = [
    "errors",
    "notice",
    "limits",
    "seeds",
    "paths",
    "system_errors",
    "file_lock",
    "extras",
    "remote",
    "compression",
    "atomic",
    "journal",
    "data",
    "contracts",
    "isolation",
    "kernels",
    "cell_equations",
    "network",
    "metrics",
    "hookspecs",
    "builtin",
    "registry",
    "config",
    "shipped",
    "sources",
    "pipeline",
    "attribution",
    "engine",
    "training",
    "interchange",
    "schema",
    "proposal",
    "api",
    "testing",
    "scaffold",
    "cli",
]
"""A module imports only from those before it, and from its own package."""

LEVELS = "one subject at its levels: the stage in builtin/, the layer in network/, the kernels in kernels/sources/"
COMMAND = "a command, and what it calls"
SHARED_BASE_NAMES = {
    **dict.fromkeys(("attention", "convolution", "crf", "ctc", "ctc_crf", "pooling", "recurrent"), LEVELS),
    **dict.fromkeys(("attention_decoder", "dropout", "optimizers", "packing", "sampling", "swish"), LEVELS),
    **dict.fromkeys(("product", "int8_product"), "a product of matrices, and its kernels"),
    **dict.fromkeys(("run", "schema", "search", "train"), COMMAND),
    "classification": "the objective, and its metrics",
    "labels": "the decoder, and what objectives of labels share",
    "values": "the decoder, and its objective",
    "windows": "the tokenizer, and what a convolution reads",
    "writers": "the core's writers, and the laws of writers",
}
"""Base names that several modules have, and why."""
NOUNS_IN_ING = {"embedding", "incoming", "packing", "pooling", "sampling", "scaling", "spelling"}
"""Words of the field, or of the contract, that end as a gerund does."""


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_from_those_before_them(path):
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if own in ("__init__", "__main__"):
        return
    parts = {name.split(".")[1] for name in imported(path) if name.startswith("seqpipe.")}
    allowed = {part for part in parts if part not in ORDER or ORDER.index(part) <= ORDER.index(own)}
    assert parts == allowed
    if own == "kernels":
        assert parts <= {"kernels", "file_lock"}


def test_one_module_alone_uses_what_is_private_in_numba():
    public = ("numba.njit", "numba.types", "numba.config", "numba.extending")
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for name in imported(path)
        if name.startswith("numba.") and not name.startswith(public)
    }
    assert users == {"kernels/numba_internals.py"}


def seqpipe_names(path: Path) -> tuple[set[str], set[str]]:
    """Return the modules of seqpipe that a file imports, and the names in ``seqpipe`` that it uses."""
    modules, names = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
            names |= {alias.name for alias in node.names} if node.module == "seqpipe" else set()
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "seqpipe":
            names.add(node.attr)
    return {module for module in modules if module.partition(".")[0] == "seqpipe"}, names


OF_PLUGINS = sorted([*ROOT.glob("plugins/**/*.py"), *ROOT.glob("docs/tutorial/**/*.py")])


@pytest.mark.parametrize("path", OF_PLUGINS, ids=lambda path: str(path.relative_to(ROOT)))
def test_plugins_and_their_tests_use_only_what_is_public(path):
    modules, names = seqpipe_names(path)
    assert modules <= {"seqpipe", "seqpipe.testing", "seqpipe.cell_equations"}
    assert names <= {*seqpipe._MODULE_OF, "__version__", "testing"}


@pytest.mark.parametrize(
    ("code", "modules", "names"),
    [
        ("import seqpipe.data", {"seqpipe.data"}, set()),
        ("from seqpipe.data import Batch", {"seqpipe.data"}, set()),
        ("from seqpipe import Batch, data", {"seqpipe"}, {"Batch", "data"}),
        ("import seqpipe\nseqpipe.data.Batch()", {"seqpipe"}, {"data"}),
        ("import seqpipe_text.stars, numpy", set(), set()),
    ],
)
def test_what_is_below_the_public_names_is_seen(code, modules, names, tmp_path):
    (tmp_path / "plugin.py").write_text(code)
    assert seqpipe_names(tmp_path / "plugin.py") == (modules, names)


def test_every_part_of_the_core_has_its_place_in_the_order():
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__", "__main__"} == set(ORDER)


def public_classes() -> Iterator[tuple[str, Path]]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, path.relative_to(PACKAGE)


def grouped(pairs: Iterable[tuple[str, Path]]) -> dict[str, list[Path]]:
    """Return the names that stand for several files, with these files."""
    groups: dict[str, list[Path]] = {}
    for name, path in pairs:
        groups.setdefault(name, []).append(path)
    return {name: paths for name, paths in groups.items() if len(paths) > 1}


def test_a_class_name_has_one_meaning():
    assert grouped(public_classes()) == {}


def test_a_base_name_that_several_modules_have_has_a_reason():
    modules = [(path.stem, path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if path.stem != "__init__"]
    assert grouped(modules).keys() == SHARED_BASE_NAMES.keys()


def test_a_module_is_named_by_a_noun():
    modules = [*PACKAGE.rglob("*.py"), *ROOT.glob("plugins/*/src/**/*.py")]
    assert {path.stem for path in modules if path.stem.endswith("ing")} == NOUNS_IN_ING


def modules_after(code: str) -> set[str]:
    listing = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(listing.stdout.split())


def test_importing_seqpipe_imports_nothing_heavy():
    modules = modules_after("import seqpipe")
    assert not modules & {"numba", "numpy", "pydantic", "llvmlite", "rich", "click", "seqpipe_text"}


def test_every_public_name_is_there():
    assert all(getattr(seqpipe, name) is not None for name in dir(seqpipe))


def test_what_type_checkers_see_is_what_there_is():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = {
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("seqpipe")
        for alias in node.names
    }
    assert seen == set(seqpipe._MODULE_OF)
