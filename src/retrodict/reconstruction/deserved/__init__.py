"""Confidence that is deserved: what agreement is worth, learned on tables that are known since they were made up."""
