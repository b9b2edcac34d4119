"""What the two sample shops sell: prices with tax in minor units, the tax in hundredths of a %."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    price: int
    tax_rate: int


def _all(rate: int, *rows: tuple[str, str, int]) -> tuple[Product, ...]:
    return tuple(Product(sku, name, price, rate) for sku, name, price in rows)


OUTDOOR = _all(
    1900,
    ("TENT-RIDGE-2", "Ridge tent for two, moss green", 34900),
    ("TENT-DOME-4", "Dome tent for four, sand", 54900),
    ("BAG-DOWN-M", "Down sleeping bag, medium", 27900),
    ("BAG-SUMMER", "Summer sleeping bag", 7995),
    ("MAT-AIR", "Air mat with pump sack", 8995),
    ("PACK-28", "Day pack 28 l, slate", 11900),
    ("PACK-55", "Trekking pack 55 l, rust", 22900),
    ("BOOT-TRAIL-42", "Trail boots, size 42", 17995),
    ("BOOT-TRAIL-39", "Trail boots, size 39", 17995),
    ("JACKET-RAIN-M", "Rain jacket, M, navy", 14900),
    ("JACKET-RAIN-L", "Rain jacket, L, navy", 14900),
    ("FLEECE-S", "Fleece, S, heather", 6995),
    ("SOCKS-MERINO", "Merino socks, pair", 1995),
    ("CAP-SUN", "Sun cap", 2450),
    ("LAMP-HEAD", "Head lamp, rechargeable", 4495),
    ("STOVE-GAS", "Gas stove, foldable", 3995),
    ("POT-SET", "Pot set, two pieces", 4250),
    ("FLASK-1L", "Vacuum flask, 1 l", 3290),
    ("KNIFE-POCKET", "Pocket knife, eight tools", 3995),
    ("POLES-TREK", "Trekking poles, pair", 7900),
    ("CHAIR-CAMP", "Camping chair", 5495),
    ("TARP-3X3", "Tarp, 3 × 3 m", 6450),
) + _all(
    700,
    ("BOOK-HARZ", "Walking in the Harz, guide book", 1690),
    ("MAP-ALPS", "Alpine huts, map", 1290),
    ("BAR-OAT-12", "Oat bars, box of twelve", 1899),
)
HOME = _all(
    2000,
    ("LAMP-DESK", "Desk lamp, brass", 8900),
    ("LAMP-FLOOR", "Floor lamp, oak and linen", 21900),
    ("RUG-WOOL-120", "Wool rug, 120 × 180 cm", 24900),
    ("THROW-WOOL", "Wool throw, heather", 7500),
    ("CUSHION-LINEN", "Linen cushion, 50 cm", 3200),
    ("TEAPOT", "Stoneware teapot", 4200),
    ("MUG-SET-4", "Stoneware mugs, set of four", 3600),
    ("PAN-IRON-28", "Iron pan, 28 cm", 5900),
    ("KNIFE-CHEF", "Chef's knife, 20 cm", 7400),
    ("BOARD-OAK", "Oak chopping board", 3850),
    ("CHAIR-DINING", "Dining chair, ash", 18900),
    ("SHELF-WALL", "Wall shelf, three boards", 12900),
    ("CLOCK-WALL", "Wall clock", 4950),
    ("TOWEL-BATH", "Bath towel, organic cotton", 2400),
    ("BASKET-LOG", "Log basket", 6600),
    ("LANTERN", "Storm lantern", 4450),
) + _all(
    0,
    ("BOOK-BREAD", "Slow bread, cookery book", 2200),
    ("BOOK-KNOTS", "Forty knots, picture book", 1250),
)
