"""From a model, an estimator or a file to its disclosures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from retrodict.disclosures.candidates import Candidates, checked
from retrodict.disclosures.capability import Disclosing
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.reading import disclosed
from retrodict.disclosures.result import Disclosures
from retrodict.disclosures.stated import NO_LIKELIHOOD, load_stated
from retrodict.disclosures.unread import Unread
from retrodict.errors import RequestError
from retrodict.models.contract import about, own_schema


def inspect_model(
    model: Any, *, train: pd.DataFrame | None = None, candidates: Candidates | None = None, **settings: Any
) -> Disclosures:
    """Read what a model states about its training data, and say what of it was not read.

    Parameters
    ----------
    model
        What `load_model` takes, and whatever else a family's library fits, in memory or in a file: rankings,
        transformers, mixtures and densities too.
    train
        Training rows, where they are at hand: they are looked for in every array of the model, whatever its class.
    candidates
        Guesses of categories, by feature, where the model states hashes of them (`CategoryHashes`): each that hits is
        stated in clear as `Categories`, with the rows that had it as `CategoryCounts`, where they are counted.
    settings
        For a path: the settings of `load_model`, such as `trust_pickle`.

    Returns
    -------
    Disclosures
        Facts from whole rows down to ranges, named by raw features, and in `unread` every part of which it is not
        known what it states. Only where `unread` is empty is what is not listed not there. `notes` says where the model
        has no likelihood.

    Raises
    ------
    ModelError
        If it is no fitted estimator, or does not say how many columns it takes.
    RequestError
        If the training rows are no frame, or candidates are given for a feature whose categories are not hashed.
    UnsafeFileError
        If it is a file that holds types which are not trusted.
    """
    if train is not None and not isinstance(train, pd.DataFrame):
        raise RequestError(f"the training rows must be a pandas DataFrame, got {type(train).__name__}")
    model = load_stated(model, **settings)
    names = own_schema(model).names
    known = None if train is None else KnownRows.of(train, names)
    facts = list(model.disclose(known) if isinstance(model, Disclosing) else disclosed(model, names, known))
    unread = tuple(one for one in facts if isinstance(one, Unread))
    stated: Iterable[Disclosure] = [one for one in facts if isinstance(one, Disclosure)]
    if candidates is not None:
        stated = checked(stated, candidates, names)
    notes = tuple(note for note in about(model).warnings if note.code == NO_LIKELIHOOD)
    return replace(Disclosures.sorted(stated, names, unread), notes=notes)
