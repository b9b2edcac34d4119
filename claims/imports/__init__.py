"""Real orders and historical claims from files: mapped, matched, filed, reported.

`mapping` says what a mapping file can say, `mappings` reads it, `files` streams rows, `orders`
and `claims` take them in chunk by chunk. Each chunk is one transaction of the caller
(`config.importing`), and `runs` remembers in the same transaction how far it got.
"""
