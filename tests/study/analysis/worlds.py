"""Studies made up: what their correlations are is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
PRIORS = {"uniform": 0.0, "mixture 0.25": 0.25, "mixture 0.5": 0.5, "mixture 0.75": 0.75, "empirical": 1.0}


def study(
    datasets: int = 6,
    algorithms: int = 5,
    seeds: int = 2,
    *,
    worlds: int = 0,
    slopes: tuple[float, float, float] = (0.6, -0.4, 0.0),
    spread: float = 0.0,
    noise: float = 0.01,
    seed: int = 0,
) -> pd.DataFrame:
    """Return a study's cells, in which posterior divergence is linear in prior divergence and accuracy.

    Parameters
    ----------
    datasets, algorithms, seeds, worlds
        How many; worlds come on top.
    slopes
        Of prior divergence, of accuracy, and of their product (both centred).
    spread
        Standard deviation of the slopes between datasets.
    noise
        Standard deviation of a cell.
    seed
        The seed.
    """
    rng = np.random.default_rng(seed)
    lines = []
    for d in range(datasets + worlds):
        world = d >= datasets
        level, own = rng.normal(0, 0.05), np.array(slopes) + rng.normal(0, spread, 3)
        for a in range(algorithms):
            for quality in ("full", "noisy"):
                accuracy = 0.9 - 0.04 * a - 0.1 * (quality == "noisy") + rng.normal(0, 0.01)
                for prior, step in PRIORS.items():
                    for s in range(seeds):
                        distance = 0.5 * (1 - step) + 0.05 + rng.normal(0, 0.01)
                        centred = np.array([distance - 0.3, accuracy - 0.75])
                        mean = 0.3 + level + own @ np.array([*centred, centred.prod()])
                        js, energy = np.clip(mean + rng.normal(0, noise, 2), 0.0, 0.69)
                        line = {
                            "cell": f"d{d}/a{a}/{quality}/{prior}/{s}",
                            "dataset": f"{'world' if world else 'set'}{d}",
                            "algorithm": f"algorithm{a}",
                            "quality": quality,
                            "prior": prior,
                            "seed": s,
                            "status": "done",
                            "failure": None,
                            "source": "world" if world else "sklearn",
                            "task": "classification",
                            "prior_step": step,
                            "n_train": 200,
                            "prior_js": distance,
                            "prior_energy": distance * 0.8,
                            "prior_kl": 2 * distance if world else None,
                            "accuracy": accuracy,
                            "balanced_accuracy": accuracy - 0.02,
                            "log_loss": 1.5 * (1 - accuracy) + 0.1,
                            "model_kl": 1 - accuracy if world else None,
                            "posterior_js": js,
                            "posterior_energy": energy,
                            "posterior_kl": 2 * distance + 1 - accuracy + rng.normal(0, noise) if world else None,
                            "posterior_by_class": "{}",
                            "fidelity_js": 1 - js / np.log(2),
                            "fidelity_energy": 1 - energy,
                            "lift_js": 0.3 + rng.normal(0, 0.05),
                            "lift_energy": 0.3 + rng.normal(0, 0.05),
                            "replica_accuracy": accuracy - 0.02 + rng.normal(0, 0.01),
                            "replica_balanced_accuracy": accuracy - 0.04 + rng.normal(0, 0.01),
                            "replica_log_loss": 0.5,
                            "replica_agreement": 0.9,
                            "queries": 1000,
                            "engine": "rejection",
                            "seconds": 0.5,
                        }
                        lines.append(line)
    return pd.DataFrame(lines)
