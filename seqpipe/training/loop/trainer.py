"""The training itself: steps, epochs, checkpoints, the best weights kept."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from seqpipe.contracts import Training
from seqpipe.data import Batch, Record
from seqpipe.errors import RecordError, TrainingError
from seqpipe.metrics import values
from seqpipe.notice import NOTICE
from seqpipe.seeds import mixed_seed
from seqpipe.training.data.epoch_batches import EpochBatches
from seqpipe.training.data.problems import Problems
from seqpipe.training.data.truncation import CarriedStates, window_of
from seqpipe.training.evaluation.outcomes import for_evaluation, outcomes
from seqpipe.training.loop.checkpoint import Checkpoint
from seqpipe.training.loop.gradients import Gradients, gradients
from seqpipe.training.loop.optimization import Optimization
from seqpipe.training.loop.progress import TrainingProgress
from seqpipe.training.loop.schedule import best, factor, waited
from seqpipe.training.loop.watcher import StepFinished, Watcher
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.task import Task

log = logging.getLogger("seqpipe")

MOST_SKIPPED = 5
"""Steps in a row that are not applied because their gradients are not finite, after which the training ends."""

CHECKPOINT_SECONDS = 60.0


class Interrupted(Exception):
    """The training was asked to stop; all that is needed to resume is saved."""


class Trainer:
    """A training under way.

    Args:
        task: what to train on what.
        folder: takes checkpoints and metrics.
        problems: is told of records that cannot be learned from.
        watcher: is told how it goes.
        interrupted: says whether to stop after the current step.
        threads: the weights are the same for any number.
    """

    def __init__(
        self,
        task: Task,
        folder: RunFolder,
        problems: Problems,
        watcher: Watcher,
        interrupted: Callable[[], bool] = lambda: False,
        threads: int = 1,
    ) -> None:
        self.task = task
        self.folder = folder
        self.problems = problems
        self.watcher = watcher
        self.interrupted = interrupted
        self.threads = threads
        self.optimization = Optimization(task.pipeline.parameters, task.settings)
        self.progress = TrainingProgress()
        self.identity = {"data": task.data.digest(), "on_error": problems.on_error}
        if task.vectors:
            self.identity["vectors"] = task.vectors
        self._carried: tuple[CarriedStates, ...] = ()
        self._all_steps = self._count_steps()
        self._ticked = self._saved = time.perf_counter()

    def resume(self, checkpoint: Checkpoint) -> None:
        """Take up where a checkpoint stands.

        Raises:
            TrainingError: it is of another training.
        """
        if checkpoint.identity != self.identity:
            different = next(name for name in self.identity if checkpoint.identity.get(name) != self.identity[name])
            what = {
                "data": "the data are not those that it began with",
                "on_error": "it began with another --on-error",
                "vectors": "the vectors are not those that it began with",
            }
            raise TrainingError(
                f"the training in {self.folder.path} cannot be resumed: {what[different]}",
                "restore them, or begin a new training",
            )
        self.optimization.restore(checkpoint.arrays)
        self.progress = TrainingProgress.of(checkpoint.progress)
        self._carried = checkpoint.carried
        if self.progress.cut is not None and not self._spent():
            self._reopen_epoch()
        self.folder.write_metrics(self.progress.epochs)
        if self._out_of_patience():
            patience = self.task.settings.stop.patience
            log.log(NOTICE, "nothing got better for %s epochs, so it is over, however long it may last", patience)

    def run(self) -> None:
        """Train to the end.

        Raises:
            RecordError: a record cannot be learned from, and that ends the training.
            TrainingError: gradients are not finite again and again.
            Interrupted: it was asked to stop.
        """
        with ThreadPoolExecutor(self.threads, thread_name_prefix="seqpipe") as pool:
            while not self._finished():
                self._close_epoch(whole=self._learn(pool))

    def _finished(self) -> bool:
        settings, progress = self.task.settings, self.progress
        if progress.epoch_has_begun:
            return False
        if self._out_of_patience():
            return True
        return self._spent() or (settings.all_epochs is not None and len(progress.epochs) >= settings.all_epochs)

    def _out_of_patience(self) -> bool:
        patience = self.task.settings.stop.patience
        return patience is not None and waited(self.progress.merits(self.task.metric)) >= patience

    def _spent(self) -> bool:
        """Whether the steps or the minutes are over."""
        steps, minutes = self.task.settings.steps, self.task.settings.minutes
        return bool((steps and self.progress.steps >= steps) or (minutes and self.progress.seconds >= 60 * minutes))

    def _learn(self, pool: Executor) -> bool:
        """Make the steps of an epoch that are left; say whether it is whole, and not cut."""
        progress, batches = self.progress, self._batches(self.progress.epoch)
        while progress.batch < len(batches) and not self._spent():
            blocks = batches.blocks(progress.batch, pool)
            windows = batches.windows(progress.batch)
            for number in range(progress.window, windows):
                self._step(blocks, batches.indices(progress.batch), pool)
                self._advance(last=number + 1 == windows)
                self._rest(batches)
                if self._spent():
                    break
        return progress.batch == len(batches)

    def _advance(self, *, last: bool) -> None:
        """Move on to the next window, or to the next batch."""
        progress = self.progress
        progress.window += 1
        if last:
            progress.batch, progress.window, self._carried = progress.batch + 1, 0, ()

    def _step(self, blocks: list[Batch], records: npt.NDArray[np.int64], pool: Executor) -> None:
        """Learn from a batch, or from the current window of one."""
        settings, progress = self.task.settings, self.progress
        merits = progress.merits(self.task.metric)
        rate = settings.optimizer.lr * factor(settings.schedule, progress.steps, self._all_steps, merits)
        dropout, key = settings.dropout, mixed_seed(settings.seed, progress.steps)
        training = Training(dropout.input, dropout.between, dropout.recurrent, key)
        if settings.window:
            blocks = [window_of(block, progress.window, settings.window) for block in blocks]
        batch_gradients = gradients(self.task.pipeline, blocks, training, pool, self._carried)
        self._carried = batch_gradients.states
        for record in batch_gradients.impossible:
            self.problems(
                record, RecordError(_IMPOSSIBLE, "correct the target, or leave the record out", record.location)
            )
        progress.steps += 1
        progress.learning_rate = rate
        if math.isfinite(batch_gradients.loss) and self.optimization.apply(batch_gradients.by_name, rate):
            progress.loss += batch_gradients.loss
            progress.weight += batch_gradients.weight
            progress.in_a_row = 0
        else:
            self._skip(records)
        self._tell(batch_gradients, len(records))

    def _skip(self, records: npt.NDArray[np.int64]) -> None:
        progress = self.progress
        progress.skipped += 1
        progress.in_a_row += 1
        ids = [self.task.data.batch.records[index].id for index in records[:3].tolist()]
        batch = f"{', '.join(ids)}{f' and {len(records) - 3} more' if len(records) > 3 else ''}"
        log.warning("step %s is left out, its loss or gradient is not finite: %s", progress.steps, batch)
        if progress.in_a_row >= MOST_SKIPPED:
            raise TrainingError(
                f"the loss or gradient of {MOST_SKIPPED} steps in a row, up to step {progress.steps}, is not finite",
                "lower the learning rate or `clip`, warm up longer, or look for extreme values in the data",
            )

    def _rest(self, batches: EpochBatches) -> None:
        """Between two steps: save what is due, and stop if that is asked for."""
        settings = self.task.settings.checkpoint
        due = time.perf_counter() - self._saved >= (settings.seconds or CHECKPOINT_SECONDS)
        if settings.steps:
            due = self.progress.steps % settings.steps == 0
        if due and self.progress.batch < len(batches):
            self.save()
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if self.interrupted():
            self.save()
            raise Interrupted

    def _close_epoch(self, *, whole: bool) -> None:
        figures = self._figures()
        self._tick()
        epoch = self.progress.close_epoch(figures, whole=whole)
        if whole:
            self._carried = ()
        merits = self.progress.merits(self.task.metric)
        is_best = best(merits) == len(merits) - 1
        if is_best:
            if not whole:
                self.folder.keep_best_before()
            weights = dict(self.optimization.weights())
            self.folder.save_best(self.task.model(weights, epoch=epoch.number, steps=epoch.steps))
        self.save()
        self.folder.write_metrics(self.progress.epochs)
        self.watcher.epoch_finished(epoch, best=is_best and self.task.metric is not None)
        self._stop_if_asked()

    def _reopen_epoch(self) -> None:
        """Go on in the epoch that the end of a shorter training cut, as if it had never ended."""
        merits = self.progress.merits(self.task.metric)
        if best(merits) == len(merits) - 1:
            self.folder.restore_best_before()
        self.progress.reopen_epoch()

    def _figures(self) -> Mapping[str, float]:
        """Return the metrics on the dev data."""
        if not self.task.dev:
            return {}
        self.watcher.evaluating()
        pipeline = for_evaluation(self.task.pipeline, self.optimization.weights())

        def until_asked() -> Iterator[Record]:
            for record in self.task.dev:
                self._stop_if_asked()
                yield record

        evaluated = outcomes(pipeline, until_asked(), self.threads, self.problems)
        return values(pipeline.metrics, evaluated.results)

    def save(self) -> None:
        """Write a checkpoint."""
        self._tick()
        progress = self.progress.values()
        self.folder.save_last(Checkpoint(self.identity, progress, self.optimization.arrays(), self._carried))
        self._saved = time.perf_counter()

    def _batches(self, epoch: int) -> EpochBatches:
        return EpochBatches(self.task, epoch)

    def _count_steps(self) -> int:
        """Return how many steps there will be; 0 if only time ends them."""
        settings = self.task.settings
        if settings.minutes:
            return 0
        return settings.steps or (settings.all_epochs or 0) * self._batches(1).steps

    def _tell(self, batch_gradients: Gradients, records: int) -> None:
        seconds = self._tick()
        progress, minutes = self.progress, self.task.settings.minutes
        share = progress.seconds / (60 * minutes) if minutes else progress.steps / self._all_steps
        self.watcher.stepped(
            StepFinished(
                progress.epoch,
                min(share, 1.0),
                progress.steps,
                self._all_steps,
                progress.mean_loss,
                records,
                batch_gradients.positions,
                seconds,
            )
        )

    def _tick(self) -> float:
        """Return the seconds since the last time, and add them to the training's."""
        now = time.perf_counter()
        seconds, self._ticked = now - self._ticked, now
        self.progress.seconds += seconds
        return seconds


_IMPOSSIBLE = "the target cannot be given: it is longer than what the network makes of the record"
