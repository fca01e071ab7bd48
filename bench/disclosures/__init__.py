"""The numbers of disclosures.md."""
