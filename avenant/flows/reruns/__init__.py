"""Re-runs: a declared stage of the engine again, for one subject, at one moment, compared with what is stored."""
