"""From what an audit found to what to do next: one rule for each thing to do, the most useful first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrodict.auditing.asked_command import HOLDOUT, TRAIN, AskedCommand
from retrodict.auditing.finding import Way
from retrodict.auditing.next_actions import NextAction
from retrodict.auditing.work import BY_QUERY, FROM_FILE
from retrodict.errors import PriorError
from retrodict.evaluation.membership.table_check import TRAIN_UNSEEN

if TYPE_CHECKING:
    from retrodict.auditing.result import AuditResult


def actions_of(found: AuditResult) -> tuple[NextAction, ...]:
    """Return what to do next about an audit, the most useful first; there is always something, if only to sign.

    Parameters
    ----------
    found
        The audit. Its provenance's ``command`` names the files that the commands to copy are about.
    """
    case = _Case(found, AskedCommand.of(str(found.provenance.get("command", "")), bool(found.provenance.get("copy"))))
    made = [action for step in _STEPS if (action := step(case)) is not None]
    if case.rejected("by_query"):  # nothing done to the file helps against what predictions give away
        made.sort(key=lambda one: one.action != "refit")
    return tuple(made)


@dataclass(frozen=True)
class _Case:
    """An audit, and the command that made it."""

    found: AuditResult
    asked: AskedCommand

    def against(self, way: Way, *measures: str) -> tuple[str, ...]:
        """Return which of these measures speak against release; of none named, which of any."""
        own = [f for f in self.found.findings if f.way == way and f.verdict in ("review", "reject")]
        return tuple(dict.fromkeys(f.measure for f in own if not measures or f.measure in measures))

    def rejected(self, way: Way) -> bool:
        """Whether anything of this way forbids release."""
        return any(f.way == way and f.verdict == "reject" for f in self.found.findings)

    def gap(self, *codes: str) -> bool:
        """Whether something was not tested for one of these reasons."""
        return any(note.code in codes for _, note in self.found.not_tested)

    @property
    def family(self) -> str:
        """What the model is."""
        return str(self.found.provenance["model"]["family"])


_FACTS = (
    "stored_rows",
    "personal_facts",
    "facts_of_unknown_count",
    "node_sums",
    "cross_products",
    "training_settings",
    "training_date",
    "confident_rows",
    "exact_rows",
    "near_rows",
)
"""Measures from the file that facts which can be taken out may be behind."""
_OUTPUTS = (
    "membership_auc",
    "membership_tpr_at_fpr_01",
    "membership_tpr_at_fpr_001",
    "membership_advantage",
    "subgroup_auc",
    "attribute_lift",
    "exact_rows",
    "near_rows",
)
"""Measures by query alone that only another training, or fewer answers, can lower."""


def _read(case: _Case) -> NextAction | None:
    measures = case.against("from_file", "unread", "possible_rows")
    if not measures:
        return None
    return NextAction(
        "read",
        "Have someone who knows this kind of model look at the parts that could not be read: until then nobody can say "
        "that they hold nothing.",
        case.asked.of_model("inspect"),
        measures,
    )


def _strip(case: _Case) -> NextAction | None:
    measures = case.against("from_file", *_FACTS) if case.found.removable else ()
    points = case.against("from_file", "split_values")
    if not measures and not points:
        return None
    asked = case.asked
    rounded = ["--round-splits"] if points else []
    audits = ["--audit", f"{asked.out}-stripped", *asked.rows()]
    return NextAction(
        "strip",
        "Make a copy without what predictions do not need, and audit it beside the model: its answers stay the same, "
        + ("those near a moved split point aside, " if points else "")
        + "and what the copy no longer holds nobody can read in it.",
        asked.of_model("sanitize", "--out", asked.beside("stripped"), *rounded, *audits),
        (*measures, *points),
    )


def _defend(case: _Case) -> NextAction | None:
    trials = case.found.defences
    if trials is None or trials.cheapest is None:
        return None
    asked, best = case.asked, trials.cheapest
    audits = ["--audit", f"{asked.out}-defended", *asked.rows()]
    return NextAction(
        "defend",
        "Give away a copy whose answers are a little less exact: of what was tried, this change costs the least after "
        "which the training records were not found any more. It is no guarantee; the copy is audited, too.",
        asked.of_model("sanitize", "--out", asked.beside("defended"), "--defend", str(best.defence), *audits),
        case.against("from_file", "confident_rows", "gradient_sums"),
    )


def _serve(case: _Case) -> NextAction | None:
    measures = case.against("from_file")
    if not measures or case.rejected("by_query"):
        return None
    return NextAction(
        "serve_by_query",
        "Or keep the file where it is, and let people ask it for predictions only: what can be read in the file is "
        "then out of reach. What predictions give away stays, so limit who may ask, and how often.",
        None,
        measures,
    )


_STORES = ("SVC", "SVR", "OneClassSVM", "Neighbors", "GaussianProcess", "KernelRidge")
_TREES = ("Forest", "Tree", "Bagging", "Boost", "XGB", "LGBM")
"""Parts of the names of types whose settings are known here; `retrodict check` knows more of each."""


def _refit(case: _Case) -> NextAction | None:
    kept = case.against("from_file", "stored_rows") if not case.found.removable else ()
    measures = (*kept, *case.against("by_query", *_OUTPUTS))
    if not measures:
        return None
    if any(part in case.family for part in _STORES):
        how = "with a kind of model that keeps no records, such as a logistic regression"
    elif any(part in case.family for part in _TREES):
        how = "with larger leaves (20 records or more in each) and fewer, shallower trees"
    else:
        how = "with settings that keep it from learning single records by heart (a stronger penalty, fewer columns)"
    return NextAction(
        "refit",
        f"Train the model again {how}. `retrodict check` says which of its settings expose records, and what lowers "
        "that.",
        case.asked.of_model("check"),
        measures,
    )


def _replica(case: _Case) -> NextAction | None:
    if not case.rejected("from_file") or case.rejected("by_query") or case.found.removable:
        return None
    asked = case.asked
    prior = asked.options.get("prior", ("PRIOR.yaml",))
    kind = "hist_gradient_boosting" if any(part in case.family for part in _TREES) else "mlp"
    words = ["--to", kind, "--prior", *prior, "--out", asked.beside("replica")]
    return NextAction(
        "replica",
        "Or give away another model that has learned from this one's answers to made-up records, and audit that. "
        "PRIOR.yaml says what is publicly known of the columns; nothing else of the training data goes in but answers.",
        asked.of_model("migrate", *words),
        case.against("from_file"),
    )


def _train(case: _Case) -> NextAction | None:
    if case.found.provenance["real_rows"]["train"]:
        return None
    more = {"train": TRAIN}
    more |= {} if case.found.provenance["real_rows"]["holdout"] else {"holdout": HOLDOUT}
    return NextAction(
        "give_train",
        "Give the training records, and records of the same source that the model has not seen: without both nobody "
        "can say whether single people are at risk.",
        case.asked.again(f"{case.asked.out}-with-rows", more=more),
        case.against("audit", "unjudged"),
    )


def _holdout(case: _Case) -> NextAction | None:
    sizes = case.found.provenance["real_rows"]
    if sizes["holdout"] or not sizes["train"]:
        return None
    return NextAction(
        "give_holdout",
        "Give records of the same source that the model has not seen, as many as training records if you can: only "
        "beside them can be told what the model gives away about its own.",
        case.asked.again(f"{case.asked.out}-with-rows", more={"holdout": HOLDOUT}),
        case.against("audit", "unjudged"),
    )


def _tables(case: _Case) -> NextAction | None:
    """Ask for other tables where those given are not what they were given as; of both kinds the training rows first."""
    measures = case.against("audit", "tables", "overlap")
    if not measures:
        return None
    notes = () if case.found.membership is None else case.found.membership.notes
    train = any(one.code == TRAIN_UNSEEN for one in notes)
    return NextAction(
        "give_train" if train else "give_holdout",
        "Make sure that these are the very records the model was trained on, with their labels, and audit it again."
        if train
        else "Give other held-out records, that no step of the training has seen, and audit the model again.",
        case.asked.again(f"{case.asked.out}-with-rows", more={"train": TRAIN} if train else {"holdout": HOLDOUT}),
        measures,
    )


_EXTRACTIONS = (BY_QUERY, FROM_FILE)


def _ranges(case: _Case) -> NextAction | None:
    """Ask for ranges where nothing could be drawn for want of them: then rows at risk can't be judged."""
    gaps = [note for what, note in case.found.not_tested if what in _EXTRACTIONS]
    wanting = [one for one in gaps if one.code == "no_prior" or one.values.get("error") == PriorError.__name__]
    if not wanting or case.asked.has("schema"):
        return None
    return NextAction(
        "give_ranges",
        "Write down what anyone may know of the columns: the least and the largest value of each, or its categories. "
        "The file states none, so that no records could be drawn to see how near they come to real ones.",
        case.asked.again(f"{case.asked.out}-with-ranges", more={"schema": "SCHEMA.yaml"}),
        case.against("audit", "unjudged"),
    )


def _longer(case: _Case) -> NextAction | None:
    quick = bool(case.found.provenance["request"]["quick"])
    late = case.gap("cut_short", "not_begun", "no_time") or bool(case.against("from_file", "table_not_searched"))
    if not quick and not late:
        return None
    out = f"{case.asked.out}-full"
    return NextAction(
        "longer",
        "This was a first look. Take the time for a full audit before you decide."
        if quick
        else "The time was too short for some tests. Make the audit again without a limit before you decide.",
        case.asked.again(out, without=("quick", "seconds")),
        case.against("from_file", "table_not_searched"),
    )


def _decide(case: _Case) -> NextAction | None:
    verdict = case.found.verdict
    if verdict == "release":
        return NextAction(
            "sign",
            "Read what was not read or not tested, then print summary.html, a page to sign, and keep it with the "
            "report.",
        )
    if verdict == "review":
        return NextAction(
            "decide",
            "Someone who may answer for it decides: weigh each reason below, do what is named above, or accept the "
            "risk in writing. summary.html is the page to sign.",
        )
    return NextAction(
        "decide",
        "Do not give this model away as it is. Sign summary.html as refused, or change the model and audit it again.",
    )


_STEPS = (_tables, _read, _strip, _defend, _serve, _refit, _replica, _train, _holdout, _ranges, _longer, _decide)
"""What may be advised, the most useful first."""
