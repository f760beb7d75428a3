"""Which instruction set and CPU model kernels are made for, on machines that are not here."""

import pytest

from seqpipe.kernels import isa

AVX2 = {"avx2": True, "fma": True, "avx512f": False}
AVX512 = AVX2 | dict.fromkeys(("avx512f", "avx512dq", "avx512bw", "avx512vl"), True)


@pytest.fixture
def machine(monkeypatch):
    """Return a function that sets what LLVM says of the machine."""

    def pretend(triple, features, cpu="", forced=None):
        def told():
            if features is None:
                raise RuntimeError("failed to get host cpu features")
            return features

        monkeypatch.setattr(isa.llvm, "get_process_triple", lambda: triple)
        monkeypatch.setattr(isa.llvm, "get_host_cpu_features", told)
        monkeypatch.setattr(isa.llvm, "get_host_cpu_name", lambda: cpu)
        monkeypatch.delenv("SEQPIPE_ISA", raising=False)
        if forced:
            monkeypatch.setenv("SEQPIPE_ISA", forced)
        forget()

    def forget():
        isa.host_features.cache_clear()
        isa.instruction_set.cache_clear()

    yield pretend
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("triple", "features", "name"),
    [
        ("arm64-apple-darwin23.0.0", {}, "neon"),
        ("arm64-apple-darwin23.0.0", None, "neon"),
        ("aarch64-unknown-linux-gnu", {"neon": True, "sve": True}, "neon"),
        ("aarch64-pc-windows-msvc", {}, "neon"),
        ("x86_64-unknown-linux-gnu", {}, "sse"),
        ("x86_64-apple-darwin22.0.0", None, "sse"),
        ("x86_64-unknown-linux-gnu", {"avx2": True}, "sse"),
        ("x86_64-pc-windows-msvc", AVX2, "avx2"),
        ("x86_64-unknown-linux-gnu", AVX512, "avx512"),
        ("riscv64-unknown-linux-gnu", {}, "portable"),
    ],
)
def test_the_architecture_decides_before_the_features(machine, triple, features, name):
    machine(triple, features)
    assert isa.instruction_set().name == name


@pytest.mark.parametrize(
    ("triple", "features", "forced", "there"),
    [
        ("aarch64-unknown-linux-gnu", {}, "sse", "neon"),
        ("x86_64-unknown-linux-gnu", AVX2, "neon", "avx2, sse"),
        ("x86_64-unknown-linux-gnu", AVX2, "avx512", "avx2, sse"),
        ("x86_64-unknown-linux-gnu", AVX2, "portable", "avx2, sse"),
        ("x86_64-unknown-linux-gnu", {}, "altivec", "sse"),
    ],
)
def test_a_forced_set_that_is_not_there_is_one_line(machine, triple, features, forced, there):
    machine(triple, features, forced=forced)
    with pytest.raises(
        ValueError, match=f"^SEQPIPE_ISA={forced} is not an instruction set of this CPU, which has {there}$"
    ):
        isa.instruction_set()


def test_kernels_are_compiled_for_the_cpu_at_hand(machine):
    machine("x86_64-unknown-linux-gnu", AVX2, "haswell")
    assert isa.target() == ("haswell", "+avx2,-avx512f,+fma")
    machine("x86_64-unknown-linux-gnu", AVX512, "icelake-server")
    assert isa.target()[0] == "icelake-server"
    assert isa.target()[1].endswith(",-prefer-256-bit")
    machine("arm64-apple-darwin23.0.0", {}, "apple-m1")
    assert isa.target() == ("apple-m1", "")


@pytest.mark.parametrize("unknown", ["", "generic"])
def test_the_set_s_own_model_stands_in_for_a_cpu_that_llvm_does_not_know(machine, unknown):
    machine("x86_64-unknown-linux-gnu", AVX2, unknown)
    assert isa.host_cpu() is None
    assert isa.target() == ("x86-64-v3", "+avx2,-avx512f,+fma")
    machine("aarch64-unknown-linux-gnu", {}, unknown)
    assert isa.target() == ("generic", "")


def test_a_forced_set_is_compiled_for_its_own_model(machine):
    machine("x86_64-unknown-linux-gnu", AVX2, "haswell", forced="sse")
    assert isa.target() == ("x86-64", "")
