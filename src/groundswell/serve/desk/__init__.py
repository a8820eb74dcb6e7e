"""What the desk holds and says: boards, stories, their past and the press, as editors decide."""
