"""What everything stands on: jobs, progress, files, and where the shipped files are."""
