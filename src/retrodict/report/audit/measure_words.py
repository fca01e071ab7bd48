"""What each measure is, in words for people who are no researchers."""

from __future__ import annotations

_WORDS = {
    "stored_rows": "whole training records stored in the file",
    "personal_facts": "facts about single records",
    "facts_of_unknown_count": "facts about nobody knows how many records",
    "gradient_sums": "sums over records in the leaves of trees",
    "table_not_searched": "training table not searched for to the end",
    "node_sums": "sums over records in the nodes of trees",
    "split_values": "split points that are values of records",
    "cross_products": "sums of products of columns",
    "category_hashes": "hashed values that can be guessed",
    "training_settings": "settings of its training",
    "training_date": "date of its training",
    "confident_rows": "share of records worked out with confidence",
    "exact_rows": "share of training records brought back exactly",
    "near_rows": "share of training records brought back nearly",
    "membership_advantage": "training records told by the nearest record brought back",
    "membership_auc": "how well the best attack tells training records apart",
    "membership_tpr_at_fpr_01": "training records named at 1% false alarms",
    "membership_tpr_at_fpr_001": "training records named at 0.1% false alarms",
    "subgroup_auc": "how well the most exposed subgroup is told apart",
    "attribute_lift": "hidden values guessed better for training records",
    "shadow_models": "attacks with shadow models",
    "lift": "nearness of drawn records to the training records",
    "agreement": "how often the best copy answers as the model",
    "unread": "parts of the file that were not read",
    "possible_rows": "arrays that may hold records",
    "unjudged": "what could not be judged",
    "overlap": "held-out records that are training records",
    "tables": "tables that are not what they were given as",
}


def measure_words(measure: str) -> str:
    """Return a measure in words, with its name in the risk appetite."""
    words = _WORDS.get(measure)
    return measure.replace("_", " ") if words is None else f"{words} ({measure})"
