"""From text to tokens: what a word, hashtag, emoji or link is, in any script."""
