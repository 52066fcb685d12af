"""The codes that matter to a bookshop, of the EDItEUR code lists for ONIX for Books."""

CONFIRMED, DELETED = "03", "05"  # list 1, notification type
SINGLE_ITEM = "00"  # list 2, product composition

# List 5, product identifier type
OWN_NUMBER, ISBN_10, GTIN_13, ISBN_13 = "01", "02", "03", "15"

PUBLISHERS_SERIES = "10"  # list 148, collection type
DISTINCTIVE_TITLE = "01"  # list 15, title type
OF_THE_PRODUCT, OF_THE_COLLECTION = "01", "02"  # list 149, title element level

# List 17, contributor role; who only illustrated it, or wrote a preface, is not its author
AUTHOR = "A01"
AUTHORS = (AUTHOR, "A02", "A03", "A04", "A05", "A06", "A09", "A10")
EDITOR = "B01"

LANGUAGE_OF_TEXT = "01"  # list 22, language role

# List 23, extent type, those that come nearest to the number on the last page first; list 24, unit
PAGE_COUNTS = ("00", "08", "11", "10", "07", "05")
PAGES = "03"

# List 27, subject scheme: keywords are no subject but words to search for
KEYWORDS, OWN_SCHEME = "20", "24"

# List 30, audience range qualifier, and how many of them make a year; list 31, precision
INTEREST_AGE = "17"
AGES = {INTEREST_AGE: 1, "18": 1, "16": 12}
EXACTLY, FROM = "01", "03"

DESCRIPTIONS = ("03", "02")  # list 153, text type: the long one, the short one
FOR_ALL = "00"  # list 154, content audience
FRONT_COVER, IMAGE, LINKABLE = "01", "03", "01"  # lists 158, 159 and 161, of a resource
PUBLISHER = "01"  # list 45, publishing role
PUBLICATION = "01"  # list 163, publishing date role
YEAR_ALONE = "05"  # list 55, date format

TO_BE_HAD = ("20", "21", "22", "23")  # list 65, product availability
RETAILER = "09"  # list 93, supplier role: to end-customers
IN_STOCK, OUT_OF_STOCK = "21", "31"

# List 58, price type: what a customer pays, with tax before without. Prices for the trade are none.
RETAIL_INCLUDING_TAX = "02"
PRICES = (
    *(RETAIL_INCLUDING_TAX, "04", "42", "12", "14", "22", "24", "32", "34"),
    *("01", "03", "41", "11", "13", "21", "23", "31", "33"),
)
CONSUMER_PRICES = ("", "00", "05")  # list 59, price qualifier: not for members, schools, libraries

# List 150, product form
BOOK = "BA"
BINDINGS = {
    "BB": "Hardback",
    "BC": "Paperback",
    "BD": "Loose-leaf",
    "BE": "Spiral bound",
    "BF": "Pamphlet",
    "BG": "Leather / fine binding",
    "BH": "Board book",
    "BI": "Rag book",
    "BJ": "Bath book",
    "BL": "Slide bound",
    "BN": "Part-work",
    "BO": "Fold-out book",
    "BP": "Foam book",
}
OTHER_GOODS = tuple("ADEFVXZ")  # sound, files, film, what is for the trade only; by first letter
