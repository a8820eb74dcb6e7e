"""What every room builds on: arrays, hashes of terms, memory under compiled loops, sure shares."""
