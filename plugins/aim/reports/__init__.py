"""What people are told: one letter a person and night, of receipts, due days, gaps, questions, reports and digests."""
