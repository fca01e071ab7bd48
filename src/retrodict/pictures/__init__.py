"""How pictures look: one style, one palette, and the marks that several pictures are made of.

What a result's own picture shows is drawn beside the result, in its room, by a file called `picture.py`.
"""
