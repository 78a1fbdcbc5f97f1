"""The prices of a French individual plan, computed by OpenFisca-Core."""
