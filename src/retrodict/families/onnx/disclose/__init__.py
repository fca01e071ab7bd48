"""What graphs of ONNX state of the training data: what conversion left of it, and all that no reader knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import onnx

from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review
from retrodict.families.onnx.disclose.bayes import classes_moments
from retrodict.families.onnx.disclose.rest import tables, unexplained
from retrodict.families.onnx.disclose.rows import stored_rows
from retrodict.families.onnx.disclose.seen import Seen
from retrodict.families.onnx.disclose.steps import steps_of
from retrodict.families.onnx.disclose.texts import texts
from retrodict.families.onnx.disclose.trees import trees_of
from retrodict.families.onnx.inputs import tensors_of


class OnnxReview(Review):
    """Of graphs, whose stored tensors are looked through by value, too."""

    def declared(self, cls: type, name: str) -> bool:
        """Whether an attribute is one that a reader looks at: each tensor is read, or listed by name."""
        del cls, name
        return True

    def width(self, part: Any) -> int | None:
        """Return how many columns a graph takes, as far as it says."""
        widths = [len(one.positions) for one, _ in tensors_of(part, 1)]
        return sum(widths)

    def steps(self, part: Any) -> Iterator[tuple[str, Any]] | None:
        """Yield each stored array of a graph with its path."""
        return ((f".{path}", array) for path, array in tables(part))


def review() -> Review:
    """Return what is known of ONNX's types."""
    return OnnxReview(readers={onnx.ModelProto: _read})


def _read(model: onnx.ModelProto, place: Place) -> Iterator[Any]:
    seen = Seen.of(model, place)
    yield from steps_of(seen)
    yield from trees_of(seen)
    yield from stored_rows(seen)
    yield from classes_moments(seen)
    yield from texts(model, place)
    yield from unexplained(seen)
