"""Whom the sample shops sell to, and who works there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    number: str
    name: str
    email: str
    address: str


@dataclass(frozen=True, slots=True)
class Colleague:
    key: str
    name: str
    role: str

    @property
    def email(self) -> str:
        return f"{self.key}@redress.example"


STAFF = (
    Colleague("anna", "Anna Berger", "agent"),
    Colleague("jonas", "Jonas Keller", "agent"),
    Colleague("wim", "Wim de Vries", "warehouse"),
    Colleague("lena", "Lena Hoffmann", "lead"),
    Colleague("tom", "Tom Ashworth", "lead"),
    Colleague("fiona", "Fiona Byrne", "finance"),
    Colleague("ada", "Ada Nowak", "admin"),
)


def _customers(first: int, *rows: tuple[str, str, str, str]) -> tuple[Customer, ...]:
    return tuple(
        Customer(f"C-{number}", name, f"{mail}@customers.example", f"{street}\n{town}")
        for number, (name, mail, street, town) in enumerate(rows, start=first)
    )


CONTINENTAL = _customers(
    1001,
    ("Mia Sommer", "mia.sommer", "Lindenweg 4", "20095 Hamburg, Germany"),
    ("Paul Brandt", "paul.brandt", "Gartenstraße 12", "04105 Leipzig, Germany"),
    ("Sophie Lang", "sophie.lang", "Am Bach 7", "80331 München, Germany"),
    ("Emre Yıldız", "emre.yildiz", "Kiefholzstraße 88", "12435 Berlin, Germany"),
    ("Lukas Huber", "lukas.huber", "Getreidegasse 21", "5020 Salzburg, Austria"),
    ("Clara Wagner", "clara.wagner", "Mariahilfer Straße 5", "1060 Wien, Austria"),
    ("Camille Dubois", "camille.dubois", "12 rue des Lilas", "69003 Lyon, France"),
    ("Hugo Lefèvre", "hugo.lefevre", "3 place du Marché", "67000 Strasbourg, France"),
    ("Sanne Bakker", "sanne.bakker", "Prinsengracht 201", "1015 Amsterdam, Netherlands"),
    ("Daan Visser", "daan.visser", "Oude Gracht 44", "3511 Utrecht, Netherlands"),
    ("Giulia Conti", "giulia.conti", "Via Roma 18", "39100 Bolzano, Italy"),
    ("Marco Ferrari", "marco.ferrari", "Corso Garibaldi 9", "20121 Milano, Italy"),
    ("Lucía Romero", "lucia.romero", "Calle Mayor 30", "28013 Madrid, Spain"),
    ("Pau Ferrer", "pau.ferrer", "Carrer de Girona 77", "08009 Barcelona, Spain"),
    ("Zofia Kowalska", "zofia.kowalska", "ul. Długa 15", "31-147 Kraków, Poland"),
    ("Jakub Wójcik", "jakub.wojcik", "ul. Morska 3", "80-341 Gdańsk, Poland"),
    ("Freja Nielsen", "freja.nielsen", "Nørregade 10", "8000 Aarhus, Denmark"),
    ("Mads Sørensen", "mads.sorensen", "Vestergade 2", "5000 Odense, Denmark"),
    ("Inês Carvalho", "ines.carvalho", "Rua das Flores 61", "4050 Porto, Portugal"),
    ("Eliška Nováková", "eliska.novakova", "Lidická 23", "602 00 Brno, Czechia"),
    ("Anouk Maes", "anouk.maes", "Korenmarkt 8", "9000 Gent, Belgium"),
    ("Elina Virtanen", "elina.virtanen", "Hämeenkatu 14", "33100 Tampere, Finland"),
    ("Nora Steiner", "nora.steiner", "Seestraße 40", "6900 Bregenz, Austria"),
    ("Tobias Krüger", "tobias.krueger", "Werderstraße 6", "28199 Bremen, Germany"),
    ("Maja Horvat", "maja.horvat", "Trubarjeva 19", "1000 Ljubljana, Slovenia"),
)
BRITISH = _customers(
    2001,
    ("Grace Whitfield", "grace.whitfield", "8 Mill Lane", "Hebden Bridge HX7 8AB, United Kingdom"),
    ("Oliver Hughes", "oliver.hughes", "27 Station Road", "Cardiff CF10 1EP, United Kingdom"),
    ("Isla MacLeod", "isla.macleod", "3 Harbour View", "Oban PA34 4LW, United Kingdom"),
    ("Arjun Patel", "arjun.patel", "61 Granby Street", "Leicester LE1 6FB, United Kingdom"),
    ("Amelia Clarke", "amelia.clarke", "14 Park Crescent", "Bath BA1 2XE, United Kingdom"),
    ("Noah Thompson", "noah.thompson", "90 Deansgate", "Manchester M3 2QG, United Kingdom"),
    ("Fatima Khan", "fatima.khan", "5 Manningham Lane", "Bradford BD1 3EA, United Kingdom"),
    ("George Evans", "george.evans", "2 Castle Street", "Conwy LL32 8AY, United Kingdom"),
    ("Aoife Kelly", "aoife.kelly", "19 Dominick Street", "Galway H91 X4K8, Ireland"),
    ("Cian Murphy", "cian.murphy", "7 Washington Street", "Cork T12 W0V3, Ireland"),
    ("Chloe Bennett", "chloe.bennett", "33 Gloucester Road", "Bristol BS7 8TJ, United Kingdom"),
    ("Samuel Okafor", "samuel.okafor", "110 Peckham Rye", "London SE15 4JR, United Kingdom"),
    ("Ella Robertson", "ella.robertson", "6 Marchmont Road", "Edinburgh EH9 1HZ, United Kingdom"),
    ("Harry Doyle", "harry.doyle", "45 Ormeau Road", "Belfast BT7 1SH, United Kingdom"),
    ("Ruby Lewis", "ruby.lewis", "12 Fore Street", "St Ives TR26 1HE, United Kingdom"),
)
