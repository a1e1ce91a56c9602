"""Will turn code points and fonts into 28x28 bitmaps; empty so far."""
