"""Labs: whole experiments of the later notebooks, built on the floors below."""
