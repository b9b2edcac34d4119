"""Storms: real processes are killed, cut off and fed poison; then two ledgers are compared."""
