"""A judge aside says what the judge here says, whatever becomes of its process."""

import os
import signal
from threading import Thread

import pytest

from pipeline.engine import Engine
from pipeline.judging import Question, said_of
from pipeline.stream.judge_aside import JudgeAside

QUESTIONS: list[Question] = [
    ("xn--pple-43d.com", 3),
    ("clean.example", None),
    ("a..b", None),
    (b"paypa1.com", 1),
]


def test_answers_are_those_of_the_judge_here(engine: Engine) -> None:
    here = [said_of(engine.judge, each) for each in QUESTIONS]
    with JudgeAside(engine.judge) as aside:
        first = aside.ask(engine.judge, QUESTIONS)
        second = aside.ask(engine.judge, QUESTIONS[::-1])  # perhaps while it is busy
        nothing = aside.ask(engine.judge, [])
        assert list(second()) == here[::-1]
        assert list(first()) == here
        assert list(nothing()) == []
    assert list(JudgeAside(None).ask(engine.judge, QUESTIONS)()) == here


def test_answers_may_be_waited_for_elsewhere(engine: Engine) -> None:
    here = [said_of(engine.judge, each) for each in QUESTIONS]
    found: list[object] = []
    with JudgeAside(engine.judge) as aside:
        for _ in range(50):
            answers = aside.ask(engine.judge, QUESTIONS)
            waiting = Thread(target=lambda answers=answers: found.append(list(answers())))
            waiting.start()
            assert list(aside.ask(engine.judge, QUESTIONS)()) == here
            waiting.join()
    assert found == [here] * 50


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_judge_that_dies_is_done_without(engine: Engine, asked_before: bool) -> None:
    here = [said_of(engine.judge, each) for each in QUESTIONS]
    with JudgeAside(engine.judge) as aside:
        assert aside._process is not None
        answers = aside.ask(engine.judge, QUESTIONS) if asked_before else None
        os.kill(aside._process._child, signal.SIGKILL)
        answers = answers or aside.ask(engine.judge, QUESTIONS)
        assert list(answers()) == here


def test_another_engine_is_asked_here(engine: Engine) -> None:
    other = engine.judge.__class__(engine.judge._judge)
    with JudgeAside(engine.judge) as aside:
        assert list(aside.ask(other, QUESTIONS[:1])()) == [said_of(other, QUESTIONS[0])]
        assert aside._process is not None
        assert aside._process.lot is None
