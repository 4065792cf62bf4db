"""The go-live, what would roll it back, and who decided what."""
