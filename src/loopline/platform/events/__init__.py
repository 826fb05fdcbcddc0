"""The outbox: what happened, written with the change, handed to each handler once its transaction stands."""
