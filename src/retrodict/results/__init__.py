"""The ground floor of results: locked folders, parts that a run resumes from, progress, plain values."""
