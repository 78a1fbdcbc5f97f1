"""Payouts: who is paid what and when, and the statement that explains each transfer."""
