"""Storm 11: the real protocol on a real PostgreSQL, with everything else virtual and seeded.

Clock, broker, network, provider, crashes and pauses are played by one process, which lets
clerks, workers and sweepers take turns. The same seed gives the same run (docs/decisions/0019).
"""
