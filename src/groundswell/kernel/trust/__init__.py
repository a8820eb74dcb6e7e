"""What speaks for and against a story: copies, campaigns, and the posts that show them."""
