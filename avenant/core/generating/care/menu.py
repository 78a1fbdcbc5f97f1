"""What happens to people's health in a generated story: events of care, how often, of which acts, at what price.

Example: glasses are bought 0.25 times a year between 16 and 39; one event is a frame and two lenses, told by an
optician who is paid directly in two cases of three. Frequencies and prices imitate France; they are no source of
any rule. Tariffs come from the rulebook (see `prices`).
"""

from __future__ import annotations

from dataclasses import dataclass

BRACKETS = (6, 16, 40, 60)
"""Ages at which the next column of `Event.yearly` begins."""
CHANNELS = (
    *("return_only", "invoice_first", "return_first", "full_request", "part_request"),
    *("invoice_only", "request_alone"),
)
"""Who tells us of an event: the Sécu alone; the member's bill before or after it; a provider who asks us for all
that is left or for the patient's share, with the Sécu's return; the bill alone; a request without any return."""


@dataclass(frozen=True, slots=True)
class Item:
    """One act of an event.

    codes: the first one that the rulebook knows is told, else any act of the family (and basket), else none.
    share: of the events that have it. cents: lowest and highest charge for each unit; none: the tariff is charged.
    quantity: least and most units; `nights`: the days of the stay. base_ppm: share of the charge that is the base
    where the rulebook has no tariff, 0 where the Sécu pays nothing. rate_ppm: its rate where it is not the dated one.
    """

    family: str
    codes: tuple[str, ...] = ()
    share: float = 1.0
    cents: tuple[int, int] | None = None
    quantity: tuple[int, int] = (1, 1)
    nights: bool = False
    base_ppm: int = 1_000_000
    rate_ppm: int | None = None
    location: str | None = None
    basket: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens to a person. yearly: events per person and year in each age bracket (`BRACKETS`).

    told: weights of `CHANNELS`. repeats: fewest and most times it recurs, `every_days` apart (a series).
    after: share that is followed, within days, by the event of that name (drawn besides its own frequency).
    specialty: who treats; doctors have a sector. teeth: each event is about one tooth. quoted: share with an
    estimate before. path: the coordinated care path matters. nights: least and most, for stays. chronic: belongs to a
    long illness.
    """

    name: str
    yearly: tuple[float, float, float, float, float]
    items: tuple[Item, ...]
    told: tuple[float, ...]
    specialty: str
    doctor: bool = False
    repeats: tuple[int, int] = (1, 1)
    every_days: tuple[int, int] = (2, 5)
    after: tuple[tuple[str, float], ...] = ()
    teeth: bool = False
    quoted: float = 0.0
    path: bool = False
    nights: tuple[int, int] | None = None
    chronic: bool = False


BY_RETURN = (0.84, 0.05, 0.05, 0.02, 0.04, 0.0, 0.0)
BY_BILL = (0.30, 0.38, 0.25, 0.05, 0.02, 0.0, 0.0)
DIRECT = (0.10, 0.03, 0.02, 0.80, 0.04, 0.0, 0.01)
OPTICIAN = (0.05, 0.25, 0.05, 0.60, 0.03, 0.0, 0.02)
HOSPITAL = (0.0, 0.05, 0.03, 0.75, 0.15, 0.0, 0.02)
BILL_ALONE = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)

MEDICINES = (
    Item("pharmacy_65", ("PH7",), 0.85, (180, 2_600), (1, 4)),
    Item("pharmacy_30", ("PH4",), 0.30, (210, 900), (1, 3)),
    Item("pharmacy_15", ("PH2",), 0.18, (190, 700), (1, 2)),
    Item("pharmacy_100", ("PH1",), 0.02, (4_000, 60_000)),
)
ANALYSES = (
    Item("biology", ("B",), 1.0, (900, 7_500)),
    Item("biology", ("BP",), 0.30, (250, 500)),
)


def _glasses(name: str, yearly: tuple[float, ...], basket: str, frame: tuple[int, int], lens: tuple[int, int],
             frame_codes: tuple[str, ...], lens_codes: tuple[str, ...]) -> Event:  # fmt: skip
    frames = Item("optics_frame", frame_codes, 0.95, frame, base_ppm=1_000, basket=basket)
    eyes = [
        Item("optics_lens", lens_codes, 1.0, lens, base_ppm=1_000, location=eye, basket=basket)
        for eye in ("left", "right")
    ]
    five = (yearly[0], yearly[1], yearly[2], yearly[3], yearly[4])
    return Event(name, five, (frames, *eyes), OPTICIAN, "optician", quoted=0.30)


def _crown(name: str, yearly: float, basket: str, cents: tuple[int, int], codes: tuple[str, ...]) -> Event:
    crown = Item("dental_prosthesis", codes, 1.0, cents, base_ppm=220_000, basket=basket)
    by_age = (0.0, 0.0, yearly * 0.5, yearly * 1.4, yearly * 1.2)
    return Event(name, by_age, (crown,), BY_BILL, "dentist", teeth=True, quoted=0.50)


def _hearing(name: str, yearly: float, basket: str, cents: tuple[int, int], codes: tuple[str, ...]) -> Event:
    ears = tuple(
        Item("hearing_aid", codes, share, cents, base_ppm=400_000, location=ear, basket=basket)
        for ear, share in (("left", 1.0), ("right", 0.85))
    )
    by_age = (0.0, 0.0005, 0.0005, yearly, yearly * 6)
    return Event(name, by_age, ears, OPTICIAN, "audiologist", quoted=0.40)


VISITS = (
    Event(
        "gp_visit", (8.0, 3.2, 3.4, 4.6, 6.0), (Item("consultation_gp", ("G", "GS", "C")),),
        BY_RETURN, "gp", doctor=True, after=(("medicines", 0.70), ("analyses", 0.18)), path=True, chronic=True,
    ),
    Event(
        "teleconsultation", (0.2, 0.1, 0.3, 0.2, 0.05),
        (Item("consultation_gp", ("TCG", "G")),),
        BY_RETURN, "gp", doctor=True, after=(("medicines", 0.55),), path=True,
    ),
    Event(
        "specialist_visit", (0.9, 0.7, 0.9, 1.4, 2.0),
        (
            Item("consultation_specialist", ("CS+MCS", "CS", "APC")),
            Item("technical_act", ("ATM",), 0.15, (1_500, 6_000)),
        ),
        BY_RETURN, "specialist", doctor=True, after=(("medicines", 0.35),), path=True, chronic=True,
    ),
    Event(
        "gynaecologist_visit", (0.0, 0.05, 0.35, 0.25, 0.10),
        (Item("consultation_specialist", ("GYN", "CS")),), BY_RETURN, "gynaecologist", doctor=True,
    ),
    Event(
        "psychiatrist_visit", (0.0, 0.03, 0.10, 0.12, 0.08),
        (Item("consultation_specialist", ("CNP", "CS")),), BY_RETURN, "psychiatrist",
        doctor=True, repeats=(1, 6), every_days=(14, 30), path=True,
    ),
    Event(
        "imaging", (0.10, 0.25, 0.40, 0.75, 0.95),
        (Item("imaging", ("Z", "ADI"), 1.0, (2_000, 9_500)),), BY_RETURN, "radiologist",
        doctor=True, path=True,
    ),
    Event(
        "soft_medicine", (0.05, 0.15, 0.45, 0.50, 0.30),
        (Item("soft_medicine", ("OSTEO",), 1.0, (5_000, 8_000), base_ppm=0),), BILL_ALONE, "osteopath",
    ),
)  # fmt: skip
DAILY = (
    Event("medicines", (1.2, 0.8, 1.2, 3.2, 6.5), MEDICINES, DIRECT, "pharmacy", chronic=True),
    Event("analyses", (0.1, 0.2, 0.6, 0.9, 1.6), ANALYSES, DIRECT, "laboratory", chronic=True),
    Event(
        "physiotherapy", (0.02, 0.06, 0.11, 0.16, 0.20),
        (Item("paramedical", ("AMS7.5", "AMS"), 1.0, (1_613, 2_400)),),
        (0.80, 0.02, 0.03, 0.15, 0.0, 0.0, 0.0), "physiotherapist", repeats=(5, 15),
    ),
    Event(
        "nurse", (0.05, 0.05, 0.10, 0.20, 0.60), (Item("paramedical", ("AMI",), 1.0, (630, 1_890)),),
        DIRECT, "nurse", repeats=(1, 8), every_days=(1, 3), chronic=True,
    ),
    Event(
        "device", (0.05, 0.08, 0.12, 0.22, 0.35), (Item("device", ("DVO",), 1.0, (1_500, 24_000), base_ppm=800_000),),
        OPTICIAN, "pharmacy",
    ),
    Event(
        "transport", (0.01, 0.01, 0.02, 0.04, 0.12), (Item("transport", ("VSL", "TXI", "ABA"), 1.0, (3_500, 14_000),
        rate_ppm=650_000),), DIRECT, "ambulance", repeats=(1, 2), every_days=(1, 2),
    ),
)  # fmt: skip
TEETH = (
    Event(
        "dentist_visit", (0.25, 0.70, 0.55, 0.65, 0.60),
        (
            Item("dental_care", ("C_DENT", "CD"), 0.70, (2_300, 2_300)),
            Item("dental_care", ("HBJD001",), 0.65, (2_892, 4_338)),
        ),
        BY_RETURN, "dentist",
    ),
    Event(
        "caries", (0.05, 0.20, 0.25, 0.30, 0.25), (Item("dental_care", ("SC",), 1.0, (1_687, 6_000)),),
        BY_RETURN, "dentist", teeth=True,
    ),
    Event(
        "extraction", (0.01, 0.03, 0.05, 0.07, 0.10), (Item("dental_care", ("HBGD",), 1.0, (3_344, 9_000)),),
        BY_RETURN, "dentist", teeth=True,
    ),
    _crown("crown_no_rac", 0.08, "no_rac", (26_000, 50_000), ("HBLD038", "HBLD634")),
    _crown("crown_controlled", 0.04, "controlled", (45_000, 58_000), ("CZ1", "PF1")),
    _crown("crown_free", 0.03, "free", (55_000, 105_000), ("HBLD734", "PFC")),
    Event(
        "implant", (0.0, 0.0, 0.004, 0.018, 0.022),
        (
            Item("implant", ("IMP",), 1.0, (75_000, 145_000), base_ppm=0),
            Item("dental_prosthesis", ("HBLD734",), 0.30, (55_000, 95_000), base_ppm=150_000, basket="free"),
        ),
        BY_BILL, "dentist", teeth=True, quoted=0.70,
    ),
    Event(
        "orthodontics", (0.0, 0.09, 0.0, 0.0, 0.0),
        (Item("orthodontics", ("TO90",), 1.0, (45_000, 95_000), base_ppm=300_000),),
        BY_BILL, "orthodontist", repeats=(2, 5), every_days=(178, 186), quoted=0.60,
    ),
)  # fmt: skip
EQUIPMENT = (
    _glasses("glasses_a", (0.02, 0.05, 0.03, 0.04, 0.05), "class_a", (2_500, 3_000), (2_000, 9_000),
             ("OPT_FRAME_A", "M01"), ("V01",)),
    _glasses("glasses_b", (0.03, 0.17, 0.18, 0.27, 0.30), "class_b", (8_000, 26_000), (7_000, 34_000),
             ("OPT_FRAME_B", "M03"), ("VER_B", "VU1")),
    Event(
        "contact_lenses", (0.0, 0.03, 0.10, 0.06, 0.01),
        (Item("contact_lens", ("LEN",), 1.0, (8_000, 22_000), base_ppm=0),), BILL_ALONE, "optician",
    ),
    _hearing("hearing_aids_1", 0.004, "class_1", (85_000, 95_000), ("PAZ",)),
    _hearing("hearing_aids_2", 0.005, "class_2", (140_000, 195_000), ("PAU",)),
)  # fmt: skip
STAY = (
    Item("hospital_stay", ("GHS",), 1.0, (60_000, 120_000), nights=True),
    Item("daily_charge", ("FJ",), 1.0, None, nights=True, base_ppm=0),
    Item("private_room", ("CHP",), 0.45, (5_000, 11_000), nights=True, base_ppm=0),
    Item("hospital_fees", ("ADC", "BFGA004"), 0.60, (11_000, 60_000), base_ppm=600_000),
)
HEAVY = (
    Item("hospital_stay", ("GHS",), 1.0, (90_000, 350_000), rate_ppm=1_000_000),
    Item("heavy_act_sum", ("PAS",), 1.0, None, base_ppm=0),
    Item("hospital_fees", ("BFGA004", "ADC"), 1.0, (27_170, 95_000), base_ppm=500_000, rate_ppm=1_000_000),
)
HOSPITALS = (
    Event("hospital_stay", (0.06, 0.03, 0.05, 0.08, 0.18), STAY, HOSPITAL, "hospital", doctor=True, nights=(1, 9)),
    Event("surgery", (0.01, 0.02, 0.03, 0.05, 0.09), HEAVY, HOSPITAL, "hospital", doctor=True),
    Event(
        "emergency", (0.35, 0.25, 0.20, 0.18, 0.25), (Item("emergency", ("FPU",), base_ppm=0),),
        (0.0, 0.0, 0.0, 0.55, 0.0, 0.45, 0.0), "hospital",
    ),
)  # fmt: skip
MENU: tuple[Event, ...] = (*VISITS, *DAILY, *TEETH, *EQUIPMENT, *HOSPITALS)
