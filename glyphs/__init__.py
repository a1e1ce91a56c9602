"""Code points and fonts in, 28x28 bitmaps and what they look alike to out."""
