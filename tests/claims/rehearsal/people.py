"""Who acts in rehearsals."""

from claims.rehearsal import Person

AGENT = Person("Anna", frozenset({"agent"}))
LEAD = Person("Lena", frozenset({"lead"}))
WAREHOUSE = Person("Wim", frozenset({"warehouse"}))
FINANCE = Person("Finn", frozenset({"finance"}))
