"""What a provider is told: the monthly quality report, as page, text and mail."""
