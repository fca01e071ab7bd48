"""The numbers of boosted_data_free.md."""
