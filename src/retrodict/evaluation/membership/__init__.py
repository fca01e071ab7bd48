"""Who was in the training table, as the model's own outputs tell it."""

from retrodict.evaluation.membership.attacks import membership_attacks
from retrodict.evaluation.membership.result import Attack, MembershipAttacks

__all__ = ["Attack", "MembershipAttacks", "membership_attacks"]
