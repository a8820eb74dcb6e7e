"""What is asked before anybody is let in, logging in, and how somebody is turned away."""
