"""The pages that people read, and what editors do on them."""
