"""Machine: the real loop over fakes, under every order of events that Hypothesis thinks of.

Two workers share a topic of three partitions. Events are messages, steps, crashes at a seam or
anywhere, restarts, rebalances (asked for, or noticed too late), sinks that refuse, do half or lose
their answer, commits that fail, writes that end later. After every one, I3 and the half of I2 that
must hold at any moment are checked; in the end everything is healed, and I1, I2, I4 and I5.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, ClassVar, NamedTuple, get_args
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.engine import Engine
from pipeline.errors import PipelineError
from pipeline.stream.detecting import Detecting
from pipeline.stream.loop import Loop, Pace
from pipeline.stream.observing import Observer
from pipeline.stream.positions import Positions, Reading
from pipeline.stream.seams import Seam
from pipeline.stream.writing import Writing
from tests.faults import fake_sinks, fakes
from tests.faults.ledger import Found, Ledger, violations
from tests.faults.messages import PLANTED, POISON, SKIPPED, Sent, record

PARTITIONS = 3
WORKERS = 2
SEAMS: tuple[Seam, ...] = get_args(Seam)
PACE = Pace(batch=4, linger=0.01, patience=0, idle=0.1, revoke=0, drain=5)
ROUNDS = 300
"""Steps in which everything must be read once all is well again."""


class Action(NamedTuple):
    """One event of a schedule."""

    name: str
    arguments: tuple[Any, ...] = ()


class Schedule(NamedTuple):
    """What was done in a run, and what the fakes held in its end."""

    actions: list[Action]
    found: Found


def sent(kind: str, number: int) -> Sent:
    """Make a message; its number makes it unlike the others."""
    if kind == "planted":
        name, lookalike, target = PLANTED[number % len(PLANTED)]
        times = number % 5 + 1
        return Sent(record(name, number, times), "planted", lookalike, target, times)
    if kind == "poison":
        short = [each for each in POISON if len(each[0]) < 1000]
        value, reason = short[number % len(short)]
        return Sent(value, "poison", reason=reason)
    if kind == "skipped":
        return Sent(SKIPPED[number % len(SKIPPED)], "skipped")
    return Sent(record(f"host{number}.example", number, 1), "clean")


class Worker:
    """One process: a loop, and what dies with it."""

    def __init__(self, machine: Machine) -> None:
        cluster, sinks = machine.cluster, machine.sinks
        observer, said = Observer(), machine.said.append
        self.consumer = fakes.Consumer(cluster)
        self.executors = fakes.Executor(), fakes.Executor()
        self.armed: tuple[Seam, int] | None = None
        """Where to die, and at which time of getting there."""
        writing = Writing(
            fake_sinks.Letters(sinks),
            {"details": fake_sinks.Details(sinks, lambda: machine.reach("mid_details"))},
            fake_sinks.Summary(sinks),
            clock=cluster.clock,
            observer=observer,
        )
        positions = Positions(
            self.consumer, fakes.Topics(), Reading("g"), observer=observer, say=said
        )
        self.loop = Loop(
            self.consumer,
            [fakes.TOPIC],
            Detecting(machine.engine, "ndjson"),
            writing,
            positions,
            executors=self.executors,
            clock=cluster.clock,
            observer=observer,
            say=said,
            pace=PACE,
        )
        self.consumer.on_commit = self.loop.committed
        self.loop.start()

    def reach(self, seam: Seam) -> None:
        """Die here, if that was asked for."""
        if self.armed is not None and self.armed[0] == seam:
            self.armed = (seam, self.armed[1] - 1)
            if not self.armed[1]:
                raise fakes.Killed


class Machine(RuleBasedStateMachine):
    """See the module. `engine` is set by whoever runs it; `guarded` is off in the control."""

    engine: ClassVar[Engine]
    guarded: ClassVar[bool] = True
    schedules: ClassVar[list[Schedule]] = []
    """Every run that came to its end; for those who do it again elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = fakes.Cluster(PARTITIONS)
        self.sinks = fake_sinks.Sinks(guarded=self.guarded)
        self.ledger = Ledger()
        self.said: list[str] = []
        self.actions: list[Action] = []
        self.workers: list[Worker | None] = [None] * WORKERS
        self.current: Worker | None = None
        self.dead: list[fakes.Consumer] = []
        self._patches = ExitStack()
        for module in ("writing", "commits"):
            self._patches.enter_context(patch(f"pipeline.stream.{module}.reach", self.reach))

    def reach(self, seam: Seam) -> None:
        if self.current is not None:
            self.current.reach(seam)

    def act(self, number: int, do: str) -> None:
        """Let a worker do something; note its death, or that it gave up."""
        worker = self.workers[number]
        if worker is None:
            return
        self.current = worker
        try:
            if do == "step":
                worker.loop.step()
            elif do == "count":
                worker.executors[1].run()
            elif do == "write":
                for executor in worker.executors:
                    executor.run()
            else:
                for executor in worker.executors:
                    executor.deferring = False
                    executor.run()
                worker.loop.drain()
                self.workers[number] = None
                worker.loop.close()
        except fakes.Killed:
            self.bury(number, worker)
        except PipelineError:
            self.workers[number] = None
            worker.loop.close()
        finally:
            self.current = None

    def bury(self, number: int, worker: Worker) -> None:
        """A process is gone, and its session goes on for a while."""
        self.workers[number] = None
        self.dead.append(worker.consumer)

    def note(self, name: str, *arguments: Any) -> None:  # noqa: ANN401
        self.actions.append(Action(name, arguments))

    # Events

    workers_ = st.integers(0, WORKERS - 1)

    @initialize()
    def begin(self) -> None:
        self.start(0)

    @rule(
        partition=st.integers(0, PARTITIONS - 1),
        kinds=st.lists(
            st.sampled_from(["planted", "planted", "clean", "poison", "skipped"]),
            min_size=1,
            max_size=6,
        ),
    )
    def produce(self, partition: int, kinds: list[str]) -> None:
        self.note("produce", partition, tuple(kinds))
        for kind in kinds:
            message = sent(kind, len(self.ledger.sent))
            offset = self.cluster.append(partition, message.value)
            self.ledger.add((partition, offset), message)

    @rule(number=workers_)
    def start(self, number: int) -> None:
        if self.workers[number] is None:
            self.note("start", number)
            self.workers[number] = Worker(self)

    @rule(number=workers_, times=st.integers(1, 4))
    def step(self, number: int, times: int) -> None:
        self.note("step", number, times)
        for _ in range(times):
            self.act(number, "step")

    @rule(number=workers_, seam=st.sampled_from(SEAMS), times=st.integers(1, 3))
    def crash_at(self, number: int, seam: Seam, times: int) -> None:
        worker = self.workers[number]
        if worker is not None:
            self.note("crash_at", number, seam, times)
            worker.armed = (seam, times)

    @rule(number=workers_)
    def crash(self, number: int) -> None:
        worker = self.workers[number]
        if worker is not None:
            self.note("crash", number)
            self.bury(number, worker)

    @rule(number=workers_)
    def stop(self, number: int) -> None:
        self.note("stop", number)
        self.act(number, "stop")

    @precondition(lambda self: self.dead)
    @rule()
    def expire(self) -> None:
        self.note("expire")
        self.cluster.remove(self.dead.pop(0))

    @rule(number=workers_)
    def lose(self, number: int) -> None:
        worker = self.workers[number]
        if worker is not None:
            self.note("lose", number)
            self.cluster.remove(worker.consumer)

    @rule(number=workers_, leaking=st.booleans())
    def leak(self, number: int, leaking: bool) -> None:
        worker = self.workers[number]
        if worker is not None:
            worker.consumer.leaking = leaking

    @rule(number=workers_, withholding=st.booleans())
    def withhold(self, number: int, withholding: bool) -> None:
        worker = self.workers[number]
        if worker is not None:
            worker.consumer.withholding = withholding

    @rule(
        name=st.sampled_from(["letters", "details", "summary"]),
        trouble=st.sampled_from(get_args(fake_sinks.Trouble)),
    )
    def trouble(self, name: str, trouble: fake_sinks.Trouble) -> None:
        self.note("trouble", name, trouble)
        self.sinks.trouble[name] = trouble

    @rule(fault=st.sampled_from(get_args(fakes.CommitFault)))
    def commit_fault(self, fault: fakes.CommitFault) -> None:
        self.note("commit_fault", fault)
        self.cluster.commit_fault = fault

    @rule(number=workers_, half=st.integers(0, 1), deferring=st.booleans())
    def defer(self, number: int, half: int, deferring: bool) -> None:
        worker = self.workers[number]
        if worker is not None:
            worker.executors[half].deferring = deferring

    @rule(number=workers_, do=st.sampled_from(["write", "count"]))
    def write(self, number: int, do: str) -> None:
        self.act(number, do)

    @rule(seconds=st.floats(0.1, 40))
    def pass_time(self, seconds: float) -> None:
        self.cluster.clock.now += seconds

    # What holds

    @invariant()
    def nothing_is_committed_that_is_not_durable(self) -> None:
        """I3, and that no message is counted twice (I2)."""
        held = {place for place, _ in self.sinks.details.values()}
        letters = {(each.number, each.offset) for each in self.sinks.letters}
        for place, message in self.ledger.sent.items():
            if place[1] < self.cluster.committed.get(place[0], 0):
                if message.kind == "planted":
                    assert place in held, f"I3: {place} is committed and has no detail"
                    assert place in self.sinks.counted, f"I3: {place} is committed, not counted"
                if message.kind == "poison":
                    assert place in letters, f"I3: {place} is committed and no dead letter"
        twice = [place for place, times in self.sinks.counted.items() if times > 1]
        assert not twice, f"I2: counted twice: {twice}"

    def teardown(self) -> None:
        """Heal everything; all must be read, once, in `ROUNDS` steps (I1, I2, I4, I5)."""
        try:
            self.heal()
            for _ in range(ROUNDS):
                if not any(self.lag().values()):
                    break
                for number in range(WORKERS):
                    self.act(number, "step")
                if not any(self.workers):
                    self.workers[0] = Worker(self)
                self.cluster.clock.now += 1
            self.nothing_is_committed_that_is_not_durable()
            assert violations(self.ledger, self.sinks.found()) == []
            assert not any(self.lag().values()), f"I5: lag {self.lag()}, {self.said[-3:]}"
            self.schedules.append(Schedule(self.actions, self.sinks.found()))
        finally:
            self._patches.close()

    def lag(self) -> dict[int, int]:
        """Messages of each partition that are not committed."""
        done = self.cluster.committed
        return {number: end - done.get(number, 0) for number, end in self.ledger.ends().items()}

    def heal(self) -> None:
        self.sinks.trouble = dict.fromkeys(self.sinks.trouble, "")
        self.cluster.commit_fault = ""
        for consumer in self.dead:
            self.cluster.remove(consumer)
        for number, worker in enumerate(self.workers):
            if worker is not None:
                worker.armed = None
                worker.consumer.leaking = worker.consumer.withholding = False
                for executor in worker.executors:
                    executor.deferring = False
                self.act(number, "write")
