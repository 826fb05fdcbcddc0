"""Arithmetic of metrics: periods, unusual values, intervals, early events and how they go with staying. No I/O."""
