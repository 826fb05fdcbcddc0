"""Product events from files: CSV, Parquet, and the exports of Amplitude, Mixpanel and PostHog."""
