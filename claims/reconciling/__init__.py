"""Every refund that a provider knows held against every refund that we know.

`comparing` is pure; `reading` reads our side; `keeping` writes what differs and heals what is safe.
"""
