"""The parts of a template's plain data, one module a part; the context picks those a kind asks for."""
