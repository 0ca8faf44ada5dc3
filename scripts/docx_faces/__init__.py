"""One module per kind: `make()` lays out its Word face; `-` in the kind's id is `_` in the module's name."""
