"""What split points and node counts of trees say, whatever library grew them."""
