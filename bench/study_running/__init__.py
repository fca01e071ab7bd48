"""The numbers of study_running.md."""
