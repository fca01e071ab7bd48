"""One column of known rows, inferred from their other columns, the model's output and the prior."""

from retrodict.reconstruction.attributes.infer import infer
from retrodict.reconstruction.attributes.result import Inferred, InferredRow

__all__ = ["Inferred", "InferredRow", "infer"]
