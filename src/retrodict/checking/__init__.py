"""The language of advice before training: parts, rules, evidence, and what a check says."""
