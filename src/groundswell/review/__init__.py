"""What editors decided, and what follows from it for all that is shown.

Owns the decisions of people who keep a desk clean: what each may say, what all of them together
come to (`rulings`), how a board is shown under them (`showing`), where they are kept (`ledger`),
and how the archive is read beneath them (`reading`). A decision is never changed and never
removed: what is to hold no more is undone by another one, so the log says who did what, and when.
"""
