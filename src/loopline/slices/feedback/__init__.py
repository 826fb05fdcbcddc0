"""What customers said: intake, triage, duplicates. Publishes FeedbackReceived, FeedbackMerged and others;
looks back to customers."""
