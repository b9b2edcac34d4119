"""What goes back to the customer: amounts, what of an order is left, refunds and who lets them go.

Nothing here knows how cases move or how effects are carried out.
"""
