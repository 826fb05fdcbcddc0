"""Standing product operations up: the plan of 90 days, who was heard, the first squad, what is used, the baseline."""
