"""Names, e-mail and postal addresses for generated people: plausible, French and nobody's."""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.generating.days import stream

_FIRST = """
Adèle Agathe Alice Amandine Ambre Anaïs Antoine Arthur Aurélien Bastien Baptiste Camille Céline
Charlotte Chloé Claire Clément Damien Élise Emma Émilie Étienne Fabien Florence Gabriel Guillaume
Hélène Hugo Inès Jade Jeanne Jules Julien Karim Léa Léo Louise Lucas Lucie Manon Marion Mathilde
Maxime Mehdi Nadia Nathan Nicolas Noémie Olivier Paul Pauline Pierre Raphaël Romain Samira Sarah
Simon Sophie Thomas Valentin Victor Yasmine Zoé
"""
_LAST = """
Aubert Barbier Baron Benoit Bernard Bertrand Blanc Bonnet Boucher Bourgeois Boyer Brun Carpentier
Caron Chevalier Clement Colin Collet Cordier Da-Silva David Denis Deschamps Dubois Dufour Dumont
Dupont Durand Duval Fabre Faure Fleury Fontaine Fournier Garcia Garnier Gauthier Gerard Giraud
Guerin Henry Hubert Jacquet Joly Lacroix Lambert Laurent Leclerc Lefebvre Legrand Lemaire Leroux
Leroy Lucas Marchand Martin Masson Mercier Meunier Meyer Michel Moreau Morel Moulin Noel Olivier
Perrin Petit Philippe Picard Renard Renaud Rey Richard Riviere Robert Robin Roche Rolland Rousseau
Roussel Roux Roy Schmitt Simon Thomas Vasseur Vidal Vincent
"""
FIRST_NAMES = tuple(_FIRST.split())
LAST_NAMES = tuple(_LAST.split())
STREETS = (
    "rue des Lilas",
    "rue Pasteur",
    "avenue Jean-Jaurès",
    "place du Marché",
    "chemin Vert",
    "quai Nord",
)
TOWNS = ("75011 Paris", "69003 Lyon", "13006 Marseille", "33000 Bordeaux", "59000 Lille", "44000 Nantes")
PLAIN = str.maketrans("éèêëàâïîôöûüçÉÈ", "eeeeaaiioouucEE")


def people_of(seed: int, members: pl.DataFrame) -> pl.DataFrame:
    """member_ref, kind (name, email, address), value, for members with the columns ref, family, role.

    A family shares its last name and its address; only primaries have an e-mail address.
    """
    named = _named(seed, members)
    name = pl.concat_str("first", pl.lit(" "), "last")
    number = pl.col("ref").str.extract(r"(\d+)").str.strip_chars_start("0")
    mailbox = pl.concat_str("first_plain", pl.lit("."), "last_plain", pl.lit("."), number)
    email = mailbox.str.to_lowercase() + "@example.org"
    primary = named.filter(pl.col("role") == "primary")
    address = pl.concat_str("house", pl.lit(" "), "street", pl.lit(", "), "town")
    return pl.concat(
        [
            _rows(named, "name", name),
            _rows(primary, "email", email),
            _rows(primary, "address", address),
        ]
    )


def _rows(members: pl.DataFrame, kind: str, value: pl.Expr) -> pl.DataFrame:
    return members.select(pl.col("ref").alias("member_ref"), pl.lit(kind).alias("kind"), value.alias("value"))


def _named(seed: int, members: pl.DataFrame) -> pl.DataFrame:
    dice = stream(seed, "names")
    families = int(members["family"].to_numpy().max(initial=0)) + 1
    family = members["family"].to_numpy()
    size = members.height

    def picked(words: tuple[str, ...], numbers: np.ndarray) -> pl.Series:
        return pl.Series(words, dtype=pl.String)[numbers]

    first = dice.integers(0, len(FIRST_NAMES), size)
    last = dice.integers(0, len(LAST_NAMES), families)[family]
    street = dice.integers(0, len(STREETS), families)[family]
    town = dice.integers(0, len(TOWNS), families)[family]
    house = dice.integers(1, 120, families)[family]
    plain = tuple(name.translate(PLAIN) for name in FIRST_NAMES)
    return members.with_columns(
        picked(FIRST_NAMES, first).alias("first"),
        picked(plain, first).alias("first_plain"),
        picked(tuple(name.replace("-", " ") for name in LAST_NAMES), last).alias("last"),
        picked(LAST_NAMES, last).alias("last_plain"),
        picked(STREETS, street).alias("street"),
        picked(TOWNS, town).alias("town"),
        pl.Series("house", house).cast(pl.String),
    )
