"""A rendering becomes an issued document: number, freeze, proof."""
