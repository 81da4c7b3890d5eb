"""What became of a labeling job, by its output manifest and the control API: the demo's report and the figure."""
