"""Prior files begun for a person to go on with: entries under comments that say where they come from."""
