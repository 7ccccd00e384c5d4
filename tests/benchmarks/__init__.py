"""Speed, as ratios measured in one run on the sandbox; nothing here passes or fails by the clock."""
