"""How many posts and people say each term, in bounded memory, in one process or by shards."""
