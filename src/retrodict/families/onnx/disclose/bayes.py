"""What a Gaussian naive Bayes states once it is a graph: means and variances of each class, and the classes' shares."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from retrodict.disclosures.kinds import ClassShares, Disclosure
from retrodict.families.onnx.disclose.seen import TO_32_BITS, Seen, tensor_path

Array = np.ndarray

_SMOOTHED = "to 32 bits, with what was added to variances for stability"


def classes_moments(seen: Seen) -> Iterator[Disclosure]:
    """Yield them where rows less means of each class, squared, are divided by variances."""
    for _, node in seen.nodes("Sub"):
        reshaped = seen.graph.makers.get(node.input[0])
        columns = None if reshaped is None or reshaped.op_type != "Reshape" else seen.columns.get(reshaped.input[0])
        means = seen.graph.constant(node.input[1])
        if columns is None or means is None or means.ndim != 3 or means.shape[::2] != (1, len(columns)):
            continue
        squares = [one for one in seen.graph.takers.get(node.output[0], ()) if one.op_type in ("Pow", "Mul")]
        parts = [one for two in squares for one in seen.graph.takers.get(two.output[0], ()) if one.op_type == "Div"]
        variances = seen.graph.constant(parts[0].input[1]) if parts else None
        if variances is None or variances.shape != means.shape:
            continue
        seen.explained.update((node.input[1], parts[0].input[1]))
        classes = seen.classes() or tuple(range(means.shape[1]))
        place = seen.place.inner("", columns)
        if len(classes) != means.shape[1]:
            classes = tuple(range(means.shape[1]))
        for k, label in enumerate(classes):
            source = tensor_path(node.input[1])
            yield from place.moments(source, means[0, k], variances[0, k], within=label, exact=_SMOOTHED)
        _explain_norms(seen, variances[0])
        yield from _shares(seen, classes)


def _explain_norms(seen: Seen, variances: Array) -> None:
    """Mark the logarithms that normalise the densities: they follow from the variances."""
    norms = -0.5 * np.log(2.0 * np.pi * variances.astype(np.float64)).sum(axis=1)
    for name in seen.graph.initializers:
        value = seen.graph.constant(name)
        fits = value is not None and value.size == len(norms) and value.dtype.kind == "f"
        if fits and value is not None and np.allclose(value.ravel(), norms, rtol=1e-4, atol=1e-4):
            seen.explained.add(name)


def _shares(seen: Seen, classes: tuple[object, ...]) -> Iterator[Disclosure]:
    """Yield shares of classes: logarithms that are added to those of densities, and sum to one."""
    for _, node in seen.nodes("Add"):
        for name in node.input:
            value = seen.graph.constant(name)
            if value is not None and value.size == len(classes) and value.dtype.kind == "f":
                shares = np.exp(value.astype(np.float64).ravel())
                if np.isclose(shares.sum(), 1.0, atol=1e-5):
                    seen.explained.add(name)
                    source = seen.place.at(tensor_path(name))
                    told = tuple((shares / shares.sum()).tolist())
                    yield ClassShares(classes, told, features=(), source=source, exact=TO_32_BITS)
