"""What many workers give to one large reconstruction."""
