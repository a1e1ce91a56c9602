"""The project's own promises: what pyproject.toml, the scripts and the house rules say is so."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

import pipeline

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("glyphs", "classifier", "detector", "pipeline")
LONGEST_MODULE = 350
LONGEST_FUNCTION = 60


def project_files() -> list[Path]:
    """Every file that is, or would be, under version control."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # no git here, or an archive of the project
        folders = [ROOT / name for name in (*PACKAGES, "infra", "requirements", "tests")]
        paths = [p for folder in folders for p in folder.rglob("*")] + list(ROOT.iterdir())
    else:
        paths = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def python_files() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py"]


# Versions, packages, requirements


def test_the_version_is_the_changelogs_newest() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert released[0] == PROJECT["project"]["version"] == pipeline.__version__


def test_every_package_is_listed() -> None:
    there = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for package in PACKAGES
        for init in (ROOT / package).rglob("__init__.py")
    }
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(there)


def test_no_module_lies_outside_a_package() -> None:
    folders = {p.parent for package in PACKAGES for p in (ROOT / package).rglob("*.py")}
    assert [f for f in sorted(folders) if not (f / "__init__.py").exists()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed_and_their_data_is_shipped(package: str) -> None:
    shipped = PROJECT["tool"]["setuptools"]["package-data"][package]
    assert "py.typed" in shipped
    assert (ROOT / package / "py.typed").exists()
    assert ("data/*" in shipped) == (ROOT / package / "data").exists()


def test_the_extras_are_there() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert set(extras) == {"train", "kafka", "postgres", "aws", "spark", "web", "dev"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_every_requirement_is_pinned_by_hash(path: Path) -> None:
    lines = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8")).splitlines()
    pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert pins
    pinned = re.compile(r"[a-z0-9-]+==\S+ +(?:; [^#]*?)?(?:--hash=sha256:[0-9a-f]{64} *)+(?:#.*)?")
    assert [pin for pin in pins if not pinned.fullmatch(pin)] == []


@pytest.mark.parametrize(
    ("profile", "chosen"),
    [
        ("base", []),
        ("train", ["train"]),
        ("stream", ["kafka", "postgres", "aws"]),
        ("dev", ["train", "kafka", "postgres", "aws", "dev"]),
    ],
    ids=["base", "train", "stream", "dev"],
)
def test_the_pins_cover_what_pyproject_asks_for(profile: str, chosen: list[str]) -> None:
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(want for extra in chosen for want in extras[extra])]
    asked = [want for want in asked if not want.startswith("glyphwatch[")]  # named by `chosen`
    names = {re.split(r"[\[>=<;]", want)[0].strip().replace(".", "-") for want in asked}
    text = (ROOT / "requirements" / f"{profile}.txt").read_text(encoding="utf-8")
    assert names - set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)) == set()


def test_no_file_names_a_package_index() -> None:
    # Put together here, so that this file does not name them either.
    hosts = [
        ".".join(parts).encode()
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("deb", "debian", "org"),
            ("archive", "ubuntu", "com"),
            ("crates", "io"),
            ("maven", "apache", "org"),
            ("maven", "org"),
            ("proxy", "golang", "org"),
        )
    ]
    naming = [
        f"{path.relative_to(ROOT)}: {host.decode()}"
        for path in project_files()
        for host in hosts
        if re.search(rb"https?://[a-z0-9.-]*" + re.escape(host) + rb"\b", path.read_bytes())
    ]
    assert naming == []


# House rules


def test_modules_are_short() -> None:
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in python_files()}
    assert {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_modules_are_nouns() -> None:
    vague = re.compile(r"(?:^|_)(?:utils?|helpers?|managers?|misc|common)$")
    assert [p.name for p in project_files() if vague.search(p.name.split(".")[0])] == []


# Scripts


@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "infra").rglob("*.sh")), ROOT / ".ci" / "run"],
    ids=lambda p: p.name,
)
def test_scripts_parse(path: Path) -> None:
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_ci_runs_the_readmes_test_command() -> None:
    assert "bash infra/test.sh" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "bash infra/demo.sh" in readme
    assert "bash infra/test.sh" in readme


def test_make_help_lists_every_task() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))
    assert listed >= {"demo", "test", "lint", "format", "bench", "evaluate", "sample", "map"}
    assert listed >= {"help", "lock", "clean"}
