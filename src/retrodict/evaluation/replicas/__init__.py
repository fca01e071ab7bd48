"""How well models trained on a reconstruction do, beside the base model, the real rows and the prior alone."""

from retrodict.evaluation.replicas.migration import Migration, migrate
from retrodict.evaluation.replicas.replicate import replicate
from retrodict.evaluation.replicas.result import Replicas

__all__ = ["Migration", "Replicas", "migrate", "replicate"]
