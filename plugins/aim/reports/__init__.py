"""What people are told: one letter a person and night, of receipts, due days, what is missing, questions and reports."""
