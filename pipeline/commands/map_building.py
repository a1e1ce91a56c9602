"""``glyphwatch map build``: a confusable map from Unicode's data, from glyphs, or from both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.text_output import write_text
from pipeline.errors import Exit, InputError, UsageError

if TYPE_CHECKING:
    import argparse

    from classifier.errors import ClassifierError
    from classifier.map_building import Witnesses
    from glyphs.store import GlyphStore
    from pipeline.errors import PipelineError

BUILDERS = ("uts39", "pixels", "cnn", "all")

_EPILOG = """\
  uts39   Unicode's confusables.txt and the Unicode database (--confusables)
  pixels  glyphs, by how few pixels differ from a letter's: a baseline (--glyphs)
  cnn     glyphs, by what trained networks see in them: the packaged one, other ones (--model), or,
          as the packaged map has it, networks that have not seen the characters that they are
          asked about (--folds; they are trained if they are not there)
  all     uts39, and on top of it a map that --from cnn wrote (--confusables, --cnn; the one that
          comes with this release if not given), and rows of one's own (--operator), which win
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    import argparse

    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--from", dest="builder", choices=BUILDERS, required=True, help="who says what looks alike"
    )
    parser.add_argument(
        "--confusables",
        metavar="FILE",
        type=Path,
        help="Unicode's confusables.txt, plain or compressed by gzip",
    )
    parser.add_argument("--glyphs", metavar="DIR", type=Path, help="glyph store")
    parser.add_argument(
        "--model",
        metavar="FILE",
        type=Path,
        action="append",
        help="trained network; of several, the mean counts; the packaged one if not given",
    )
    parser.add_argument(
        "--folds", metavar="DIR", type=Path, help="networks trained without a fold of characters"
    )
    parser.add_argument("--cnn", metavar="FILE", type=Path, help="map that --from cnn wrote")
    parser.add_argument("--operator", metavar="FILE", type=Path, help="map with rows of one's own")
    parser.add_argument(
        "--fonts", metavar="DIR", type=Path, nargs="+", help="folders of fonts, to draw pairs with"
    )
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.add_argument("--output", metavar="FILE", help="standard output if - or not given")


_PACKAGED_CNN = Path(__file__).parents[2] / "classifier" / "data" / "cnn.txt"

_NEEDED = {
    "uts39": ("confusables",),
    "pixels": ("glyphs",),
    "cnn": ("glyphs",),
    "all": ("confusables",),
}


def run(options: argparse.Namespace) -> Exit:
    """Build a map.

    Raises:
        UsageError: what it takes is not given or not installed, or a model cannot be used.
        InputError: glyphs or tables cannot be used.
        SinkUnavailable: the map cannot be written.
    """
    from pipeline.places import hold_apart

    missing = [name for name in _NEEDED[options.builder] if getattr(options, name) is None]
    if missing:
        msg = f"--from {options.builder} needs {' and '.join(f'--{name}' for name in missing)}"
        raise UsageError(msg)
    if options.output is not None:
        inputs = [options.confusables, options.cnn, options.operator, *(options.model or [])]
        given = [("input", str(each)) for each in inputs if each is not None]
        hold_apart([("--output", options.output)], given)
    write_text(options.output, _text(options))
    return Exit.DONE


def _text(options: argparse.Namespace) -> str:
    if options.builder == "uts39":
        from detector.uts39 import build_uts39

        return build_uts39(options.confusables)
    if options.builder == "all":
        from detector.merging import Sources, build_merged

        cnn = options.cnn or _PACKAGED_CNN
        return build_merged(Sources(options.confusables, cnn, options.operator))
    with needs("train"):
        from classifier.errors import ClassifierError
        from glyphs.errors import GlyphError

        try:
            return _measured(options)
        except ClassifierError as error:
            raise translated(error) from error
        except GlyphError as error:
            raise InputError(str(error)) from error


def translated(error: ClassifierError) -> PipelineError:
    """Give an error of the classifier the exit code that it has here."""
    from classifier.errors import InvalidConfusables, InvalidDataset, InvalidVerdicts

    if isinstance(error, InvalidConfusables | InvalidDataset | InvalidVerdicts):
        return InputError(str(error))
    return UsageError(str(error))


def _measured(options: argparse.Namespace) -> str:
    """Measure glyphs: which characters a map may have is IDNA's to say."""
    from classifier.map_building import build_from_networks, build_from_pixels
    from glyphs.characters import pvalid
    from glyphs.fonts import find_fonts
    from glyphs.manifest import load_manifest
    from glyphs.store import GlyphStore

    store = GlyphStore.open(options.glyphs)
    if options.builder == "pixels":
        return build_from_pixels(store, store.unicode, pvalid())
    drawing = [each for each in load_manifest() if each.name in set(store.family_names)]
    return build_from_networks(
        store,
        store.unicode,
        pvalid(),
        _witnesses(options, store),
        families=find_fonts(drawing, options.fonts),
        device=options.device,
    )


def _witnesses(options: argparse.Namespace, store: GlyphStore) -> Witnesses:
    from classifier.map_building import load_witnesses, trained_witnesses

    if options.folds is None:
        return load_witnesses(options.model or ())
    if options.model or options.confusables is None:
        msg = "--folds goes with --confusables, whose labels networks learn, and not with --model"
        raise UsageError(msg)
    return trained_witnesses(store, options.confusables, options.folds, options.device)
