"""Pictures of glyphs and Unicode's tables in, a trained network and the confusable map out."""
