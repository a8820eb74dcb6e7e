"""From terms to bursts: who is unusual now, how far, and whether all speak of one subject."""
