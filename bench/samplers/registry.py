"""The samplers that are compared, by name; a peer whose library is not installed is left out, and said to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

from bench.samplers.found import Draw


@dataclass(frozen=True)
class Peer:
    """A peer's file, the distribution it comes from, and what is run of it.

    Parameters
    ----------
    module
        With `SETTINGS`, and `TUNED`, which says what was tuned.
    library, distribution
        What is imported, and what it is installed as.
    runs
        Independent runs on each target: fewer of the slow ones.
    targets
        Where each setting is run; one that is not named, everywhere.
    """

    module: str
    library: str
    distribution: str
    runs: int
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


FEW = ("2-1e-1", "10-1e-5")
"""Where settings are run that take a minute a run, or two."""
SOME = ("2-1e-1", "10-1e-3", "10-1e-5", "modes-5-1e-5", "30-1e-5")
"""Where those are run that take many seconds, and tuned settings."""
LOW = ("2-1e-1", "2-1e-5", "modes-5-1e-5", "10-1e-5")
"""Where a sampler is run whose own work grows fast with the dimensions."""
MADE = (
    *("2-1e-1", "2-1e-5", "5-1e-3", "10-1e-3", "10-1e-5", "10-1e-7", "30-1e-5", "64-1e-3"),
    *("modes-5-1e-5", "states-logistic", "states-boosting"),
)
"""Where a sampler is run that takes a million calls or more: models that are quick to ask."""

OURS = "retrodict"
PEERS: Mapping[str, Peer] = {
    OURS: Peer("ours", "retrodict", "retrodict", 8),
    "pocoMC": Peer("peer_pocomc", "pocomc", "pocomc", 3, {"default": FEW}),
    "nautilus": Peer("peer_nautilus", "nautilus", "nautilus-sampler", 2, {"default": FEW, "tuned": LOW}),
    "dynesty": Peer("peer_dynesty", "dynesty", "dynesty", 2, {"default": SOME, "tuned": FEW}),
    "sbi, slices": Peer("peer_sbi_slice", "sbi", "sbi", 2, {"default": MADE, "tuned": SOME}),
    "sbi, NPE": Peer("peer_sbi_npe", "sbi", "sbi", 2, {"default": ("2-1e-1", "5-1e-3")}),
    "emcee": Peer("peer_emcee", "emcee", "emcee", 3, {"tuned": SOME}),
    "zeus": Peer("peer_zeus", "zeus", "zeus-mcmc", 3, {"tuned": SOME}),
}
"""By the name in the tables."""


def installed() -> list[str]:
    """Return the names of samplers whose library is there."""
    return [name for name, peer in PEERS.items() if find_spec(peer.library) is not None]


def settings(name: str) -> Mapping[str, Draw]:
    """Return a sampler's settings; those of `retrodict` are engines."""
    found: Mapping[str, Draw] = import_module(f"bench.samplers.{PEERS[name].module}").SETTINGS
    return found


def tuned(name: str) -> str:
    """Return what was tuned; empty where nothing was."""
    return str(getattr(import_module(f"bench.samplers.{PEERS[name].module}"), "TUNED", ""))


def runs(name: str, setting: str, target: str) -> int:
    """Return how often a setting is run on a target."""
    peer = PEERS[name]
    return peer.runs if target in peer.targets.get(setting, (target,)) else 0
