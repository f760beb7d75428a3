"""The machine's own limits, measured: fused multiply-adds and reading of memory on one core, in LLVM vector IR."""

from __future__ import annotations

import ctypes
import platform
import statistics
import time
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import cgutils

from seqpipe.kernels import instruction_set

ACCUMULATORS = 16  # independent chains: more than latency times ports, and they fit in the registers
CACHE_LINE = 64  # bytes
INT64, INT32, FLOAT = ir.IntType(64), ir.IntType(32), ir.FloatType()


class Machine:
    """Loops that do nothing but multiply and add, or nothing but read."""

    def __init__(self) -> None:
        self._lanes = instruction_set().lanes(4)
        self._vector = ir.VectorType(FLOAT, self._lanes)
        module = ir.Module("machine")
        module.triple = llvm.get_process_triple()
        self._write(module, "multiply_add", self._multiply_add)
        self._write(module, "read", self._read)
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features().flatten()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=f"{features},-prefer-256-bit", opt=3
        )
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(module)), machine)
        self._engine.finalize_object()
        kind = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        self._run_multiply_add = kind(self._engine.get_function_address("multiply_add"))
        self._run_read = kind(self._engine.get_function_address("read"))

    def peak(self, steps: int = 100_000) -> float:
        """Return the rate of one core's fused multiply-adds in registers, in GFLOP/s; takes about a millisecond."""
        ones = np.ones(ACCUMULATORS * self._lanes, np.float32)
        begin = time.perf_counter()
        self._run_multiply_add(ones.ctypes.data, steps, 1)
        return 2e-9 * steps * ACCUMULATORS * self._lanes / (time.perf_counter() - begin)

    def bandwidth(self, size: int) -> float:
        """Return the rate at which one core reads an array of ``size`` bytes again and again, in GB/s."""
        block = 4 * ACCUMULATORS * self._lanes
        blocks = max(1, size // block)
        values = np.ones((blocks * block + CACHE_LINE) // 4, np.float32)
        address = -(-values.ctypes.data // CACHE_LINE) * CACHE_LINE  # as packed weights are; else half the rate
        repeats = max(2, 20_000_000 // (blocks * block))
        rates = []
        for _ in range(7):
            begin = time.perf_counter()
            self._run_read(address, blocks, repeats)
            rates.append(1e-9 * repeats * blocks * block / (time.perf_counter() - begin))
        return statistics.median(rates)

    def _write(self, module: ir.Module, name: str, body: object) -> None:
        """Write ``float name(values, steps, repeats)``: loops with accumulators, whose sum is returned."""
        function = ir.Function(module, ir.FunctionType(FLOAT, [FLOAT.as_pointer(), INT64, INT64]), name)
        entry, loop, after = (function.append_basic_block(part) for part in ("entry", "loop", "after"))
        builder = ir.IRBuilder(entry)
        total_steps = builder.mul(function.args[1], function.args[2])
        builder.branch(loop)
        builder.position_at_end(loop)
        counter, step = builder.phi(INT64), builder.phi(INT64)
        sums = [builder.phi(self._vector) for _ in range(ACCUMULATORS)]
        added = [body(builder, function.args[0], step, total, index) for index, total in enumerate(sums)]  # type: ignore[operator]
        following, next_step = builder.add(counter, INT64(1)), builder.add(step, INT64(1))
        wrapped = builder.select(builder.icmp_signed("==", next_step, function.args[1]), INT64(0), next_step)
        for phi, value in ((counter, following), (step, wrapped)):
            phi.add_incoming(INT64(0), entry)
            phi.add_incoming(value, loop)
        for total, value in zip(sums, added, strict=True):
            total.add_incoming(ir.Constant(self._vector, [FLOAT(0)] * self._lanes), entry)
            total.add_incoming(value, loop)
        builder.cbranch(builder.icmp_signed("<", following, total_steps), loop, after)
        builder.position_at_end(after)
        total = added[0]
        for value in added[1:]:
            total = builder.fadd(total, value)
        builder.ret(builder.extract_element(total, INT32(0)))

    def _multiply_add(self, builder: ir.IRBuilder, _values: ir.Value, _step: ir.Value, total: ir.Value, index: int):  # noqa: ANN202
        factor = ir.Constant(self._vector, [FLOAT(0.5)] * self._lanes)
        addend = ir.Constant(self._vector, [FLOAT(1 + index)] * self._lanes)
        kind = ir.FunctionType(self._vector, [self._vector] * 3)
        fma = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{self._lanes}f32")
        return builder.call(fma, [total, factor, addend])

    def _read(self, builder: ir.IRBuilder, values: ir.Value, step: ir.Value, total: ir.Value, index: int):  # noqa: ANN202
        vectors = builder.bitcast(values, self._vector.as_pointer())
        place = builder.gep(vectors, [builder.add(builder.mul(step, INT64(ACCUMULATORS)), INT64(index))])
        loaded = builder.load(place)
        loaded.align = 4
        return builder.fadd(total, loaded)


def description() -> str:
    """Return the CPU, its instruction set and its caches in one line."""
    name, cores = platform.processor() or platform.machine(), 0
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
        cores = sum(line.startswith("processor") for line in lines)
    caches = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / part).read_text("ascii").strip() for part in ("level", "type", "size"))
        if kind != "Instruction":
            caches.append(f"L{level} {size}")
    return f"{name}, {cores} CPUs, {instruction_set().name}, {', '.join(caches)}"
