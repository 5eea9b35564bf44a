"""Where a number comes from: its parts, definition and coverage, the deliveries behind it, what changed since."""
