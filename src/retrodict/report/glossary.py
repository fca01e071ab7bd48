"""Words of a report in plain English. The page of words in the documentation shows the same list."""

from __future__ import annotations

import re

GLOSSARY: dict[str, str] = {
    "training records": "the rows of data that the model was made from; a row is often one person",
    "held-out records": (
        "rows of the same source that the model has not seen: what is true of them as often as of training "
        "records gives nobody away"
    ),
    "from the file": "what someone can do who holds the model's file",
    "by query": "what someone can do who may only ask the model for predictions",
    "release, review, reject": (
        "nothing that was tested speaks against giving the model away; a person must decide; do not give it away "
        "as it is"
    ),
    "risk appetite": "the limits that an organisation sets: how much of each measure it accepts",
    "membership": (
        "whether a given record was among the training records. To know it can harm: that someone is among a "
        "clinic's patients, say"
    ),
    "attack": (
        "a way to find something out that was not meant to be told; an audit makes attacks to see what they give"
    ),
    "AUC": (
        "of a training and a held-out record, how often an attack picks the right one: 0.5 is guessing, 1 is always"
    ),
    "false alarms": "held-out records that an attack takes for training records",
    "found at 1% false alarms": (
        "the share of the training records that an attack names while it is wrong about only 1% of the others: 1% "
        "is guessing. It shows whether a few people are exposed though most are not"
    ),
    "found at 0.1% false alarms": "the same at one false alarm in a thousand: 0.1% is guessing",
    "advantage": (
        "the share of training records that an attack takes for such, less the share of held-out records: 0 is guessing"
    ),
    "ROC curve": "what an attack finds, against its false alarms, for every threshold",
    "shadow models": (
        "models of the same kind that are trained on other rows, to learn how outputs differ for rows that a "
        "model has seen: the strongest attacks on membership use them"
    ),
    "subgroup": "some of the records, such as those of one class: a model may give them away more than the rest",
    "95% interval": (
        "where the true value may lie, since only some records were looked at: 95 of 100 such intervals hold it"
    ),
    "harmless model": "a model that gives nothing away: what a number would be for it stands beside what was found",
    "lift": (
        "what the model adds to what anyone knows: 0 is nothing; 1 is as near to the training records as other "
        "records of the same source"
    ),
    "prior": "what is assumed to be known of the columns without the model",
    "reconstruction": "records made up by asking the model backwards, or worked out from its file",
    "self-consistency": "how well a reconstruction fits what the model says: it tells nothing of real records",
    "singled out": (
        "a training record that one reconstructed record agrees with, and no other record of the table does"
    ),
    "disclosure": "one fact about the training data that the file states; personal where it is of one record",
    "not read": "a part of the file that no reader knows: nobody can say that it holds nothing",
    "attribute inference": "to guess one value of a known record from its other values and the model",
    "replica": "a new model, trained on a reconstruction",
    "agreement": "how often a replica predicts what the model does",
    "error budget": (
        "how far a reconstruction is from the truth, and how much of that the prior and the model are to blame for"
    ),
    "query curve": "what more questions to the model give",
    "strip": "make a copy without what predictions do not need",
    "SHA-256": "a fingerprint of the file: if one byte is changed, it is another",
    "seed": "the number that all that is random starts from: the same seed gives the same report",
}
"""Each word and what it means."""

ALIASES = {
    "attack": "attack",
    "who": "by query",
    "review above": "risk appetite",
    "reject above": "risk appetite",
    "shadows": "shadow models",
    "harmless": "harmless model",
    "members": "training records",
    "others": "held-out records",
    "verdict": "release, review, reject",
    "query curve": "query curve",
}
"""Heads of columns that are other words for the same."""


def identifier(word: str) -> str:
    """Return the place of a word in the glossary of a page."""
    return "g-" + re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")


def place_of(word: str) -> str | None:
    """Return where a word is explained; ``None`` where it is not."""
    found = word if word in GLOSSARY else ALIASES.get(word)
    return None if found is None else identifier(found)
