"""The limits of one core, measured: multiplying and adding in registers, and reading memory, in LLVM vector IR.

No product can be faster than this on the instruction set that kernels are compiled for.
"""

from __future__ import annotations

import ctypes
import statistics
import time
from collections.abc import Callable

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from seqpipe.kernels.isa import instruction_set, target
from seqpipe.kernels.product import pack, product

CACHE_LINE = 64  # bytes
INT64, INT32, FLOAT = ir.IntType(64), ir.IntType(32), ir.FloatType()
ROWS, DEPTH, COLUMNS = 384, 256, 256  # of a product whose weights fit into an L2 cache
TURNS = 15
STEPS = 50_000  # of a loop of multiply-adds: about a fifth of a millisecond

Body = Callable[[ir.IRBuilder, ir.Value, ir.Value, ir.Value, int], ir.Value]


class Machine:
    """Loops that do nothing but multiply and add, or nothing but read."""

    def __init__(self) -> None:
        isa = instruction_set()
        self._lanes = isa.lanes(4)
        self._vector = ir.VectorType(FLOAT, self._lanes)
        self._chains = isa.registers - 4  # more than latency times units of any CPU; spilled, they would measure memory
        module = ir.Module("machine")
        module.triple = llvm.get_process_triple()
        self._write(module, "multiply_add", self._multiply_add if isa.fused else self._multiply_or_add)
        self._write(module, "read", self._read)
        self._operations = 2 * self._chains if isa.fused else self._chains
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        cpu, features = target()
        machine = llvm.Target.from_default_triple().create_target_machine(cpu=cpu, features=features, opt=3)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(module)), machine)
        self._engine.finalize_object()
        kind = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
        self._run_multiply_add = kind(self._engine.get_function_address("multiply_add"))
        self._run_read = kind(self._engine.get_function_address("read"))

    def peak(self, steps: int = STEPS) -> float:
        """Return at what rate one core multiplies and adds in registers, in GFLOP/s.

        With fused multiply-add each of them counts as two operations; without, half of the chains multiply and the
        other half add.
        """
        begin = time.perf_counter()
        self._run_multiply_add(None, steps, 1)
        return 1e-9 * steps * self._operations * self._lanes / (time.perf_counter() - begin)

    def bandwidth(self, size: int) -> float:
        """Return the rate at which one core reads an array of ``size`` bytes again and again, in GB/s."""
        block = 4 * self._chains * self._lanes
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

    def _write(self, module: ir.Module, name: str, body: Body) -> None:
        """Write ``float name(values, steps, repeats)``: a loop over running vectors, whose sum it returns."""
        function = ir.Function(module, ir.FunctionType(FLOAT, [FLOAT.as_pointer(), INT64, INT64]), name)
        entry, loop, after = (function.append_basic_block(part) for part in ("entry", "loop", "after"))
        builder = ir.IRBuilder(entry)
        total_steps = builder.mul(function.args[1], function.args[2])
        builder.branch(loop)
        builder.position_at_end(loop)
        counter, step = builder.phi(INT64), builder.phi(INT64)
        running = [builder.phi(self._vector) for _ in range(self._chains)]
        results = [body(builder, function.args[0], step, value, index) for index, value in enumerate(running)]
        following, next_step = builder.add(counter, INT64(1)), builder.add(step, INT64(1))
        wrapped = builder.select(builder.icmp_signed("==", next_step, function.args[1]), INT64(0), next_step)
        for phi, value in ((counter, following), (step, wrapped)):
            phi.add_incoming(INT64(0), entry)
            phi.add_incoming(value, loop)
        for index, (phi, value) in enumerate(zip(running, results, strict=True)):
            phi.add_incoming(self._constant(1 + index), entry)
            phi.add_incoming(value, loop)
        builder.cbranch(builder.icmp_signed("<", following, total_steps), loop, after)
        builder.position_at_end(after)
        total = results[0]
        for value in results[1:]:
            total = builder.fadd(total, value)
        builder.ret(builder.extract_element(total, INT32(0)))

    def _multiply_add(
        self, builder: ir.IRBuilder, _values: ir.Value, _step: ir.Value, value: ir.Value, _index: int
    ) -> ir.Value:
        kind = ir.FunctionType(self._vector, [self._vector] * 3)
        name = f"llvm.fma.v{self._lanes}f32"
        fma = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        return builder.call(fma, [value, self._constant(0.5), self._constant(1)])

    def _multiply_or_add(
        self, builder: ir.IRBuilder, _values: ir.Value, _step: ir.Value, value: ir.Value, index: int
    ) -> ir.Value:
        if index % 2:
            return builder.fadd(value, self._constant(0.5))
        return builder.fmul(value, self._constant(1 + 2**-23))  # so close to 1 that it never overflows

    def _read(self, builder: ir.IRBuilder, values: ir.Value, step: ir.Value, value: ir.Value, index: int) -> ir.Value:
        vectors = builder.bitcast(values, self._vector.as_pointer())
        place = builder.gep(vectors, [builder.add(builder.mul(step, INT64(self._chains)), INT64(index))])
        loaded = builder.load(place)
        loaded.align = 4
        return builder.fadd(value, loaded)

    def _constant(self, value: float) -> ir.Constant:
        return ir.Constant(self._vector, [FLOAT(value)] * self._lanes)


def product_speed() -> tuple[float, float]:
    """Return the rates of the matrix product and of `Machine.peak` on one core, in GFLOP/s, measured in turns.

    They are the best of a few turns of half a millisecond: what else runs on the machine is not asked for.

    Raises:
        ValueError: ``SEQPIPE_ISA`` names an instruction set that this CPU does not have.
    """
    machine = Machine()
    left, right = np.ones((ROWS, DEPTH), np.float32), pack(np.ones((DEPTH, COLUMNS), np.float32))
    start, out = np.zeros((1, COLUMNS), np.float32), np.empty((ROWS, COLUMNS), np.float32)
    product(left, right, start, out)
    rates, peaks = [], []
    for _ in range(TURNS):
        begin = time.perf_counter()
        product(left, right, start, out)
        rates.append(2e-9 * ROWS * DEPTH * COLUMNS / (time.perf_counter() - begin))
        peaks.append(machine.peak())
    return max(rates), max(peaks)
