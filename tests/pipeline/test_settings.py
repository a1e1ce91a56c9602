"""Settings: flags over environment over file, and typing errors are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.settings import NAMES, PREFIX, Settings, load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "x.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults() -> None:
    assert load_settings({}, {}) == Settings()


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    config = write(tmp_path, 'jobs = 1\nscope = "all"\nmin-score = 0.5\nknown = ["a", "b"]\n')
    environment = {"GLYPHWATCH_JOBS": "2", "GLYPHWATCH_SCOPE": "domain"}
    settings = load_settings({"jobs": "3", "min_score": None, "names": ["x"]}, environment, config)
    assert settings == Settings(jobs=3, scope="domain", min_score=0.5, known=(Path("a"), Path("b")))


def test_every_setting_can_come_from_everywhere(tmp_path: Path) -> None:
    texts = {
        "targets": "t.csv",
        "map": "m.txt",
        "known": "a:b",
        "allow": "c",
        "scope": "all",
        "embedded": "true",
        "suffix_swap": "1",
        "min_severity": "high",
        "min_score": "0.25",
        "store": "s.sqlite",
        "jobs": "4",
        "max_ratio": "300",
    }
    assert set(texts) == set(NAMES)
    by_flag = load_settings(texts, {})
    by_variable = load_settings({}, {PREFIX + name.upper(): text for name, text in texts.items()})
    lines = [f'{name} = "{text}"\n' for name, text in texts.items()]
    by_file = load_settings({}, {}, write(tmp_path, "".join(lines)))
    assert by_flag == by_variable == by_file
    assert all(getattr(by_flag, name) != getattr(Settings(), name) for name in NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tagets = 'x'", "unknown key 'tagets'; did you mean targets?"),
        ("s3cret = 'hunter2'", "unknown key 's3cret'"),
        ("[kafca]\nbrokers = 'x'", "unknown key 'kafca'"),
        ("jobs = -1", "jobs: is not a whole number from 0 to 9999"),
        ("jobs = 1.5", "jobs: is not a whole number"),
        ("min-score = 2", "min-score: is not a number from 0 to 1"),
        ("min-score = nan", "min-score: is not a number from 0 to 1"),
        ("max-ratio = 'x'", "max-ratio: is not a number from 1 on"),
        ("scope = 'some'", "scope: is none of domain, all"),
        ("embedded = 'maybe'", "embedded: is neither true nor false"),
        ("targets = 3", "targets: is not a path"),
        ("known = 3", "known: is not a list of paths"),
        ("jobs = ", "cannot be read as TOML"),
    ],
)
def test_case_92_faults_name_the_key_and_hide_the_value(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(UsageError) as error:
        load_settings({}, {}, write(tmp_path, text))
    assert said in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "x.toml"))
    assert "hunter2" not in str(error.value)


def test_faults_of_flags_and_variables_say_where(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^--min-score: "):
        load_settings({"min_score": "x"}, {})
    with pytest.raises(UsageError, match=r"^GLYPHWATCH_JOBS: "):
        load_settings({}, {"GLYPHWATCH_JOBS": "many"})
    with pytest.raises(UsageError, match="No such file"):
        load_settings({}, {}, tmp_path / "missing.toml")


def test_unknown_variables_are_others() -> None:
    assert load_settings({}, {"GLYPHWATCH_PORT": "tcp://10.0.0.1:80"}) == Settings()
