"""Is this delivery good? The only place that imports Great Expectations."""
