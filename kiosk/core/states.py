"""Where a visit stands: one state, one screen."""

STATES = (
    WELCOME, CARD, LOOKING, REFUSED, TRAY, REVIEW, WORKING, RESULT, RECEIPT, TAKE, GOODBYE, SORRY,
    LOANS, RENEWING,
) = (
    "welcome",  # nobody is here: borrow, return, or simply hold the card
    "card",  # borrowing was chosen: hold the card
    "looking",  # the card is being looked up
    "refused",  # no, why, and what to do here
    "tray",  # lay the books down
    "review",  # these books: is that right?
    "working",  # being lent or returned
    "result",  # what became of each book
    "receipt",  # the day, large
    "take",  # please take the books from the tray
    "goodbye",  # thank you
    "sorry",  # something went wrong here; nothing of the visit is kept
    "loans",  # what the reader has
    "renewing",  # and wants to keep longer
)  # fmt: skip
# In these nobody's name, books or loans are known.
EMPTY = (WELCOME, TAKE, GOODBYE, SORRY)

# A bookcase's screen follows its controller: its states are the words of wire.SCREENS, and these.
ATTRACT, INSIDE, AWAY = (
    "attract",  # nobody is here: some of the books that are inside
    "inside",  # all that is inside, page by page
    "away",  # the controller says nothing
)
# A locker has these besides: its controller's, and where a code is typed.
CODE = "code"
# Of a return with a belt: one book, please.
PUT_IN = "put_in"
# A return slot has these besides welcome, result and sorry.
PASSING, STUCK = (
    "passing",  # a book is in the chute
    "stuck",  # and does not fall
)
# A catalogue machine has these besides welcome, attract, card and sorry.
FINDING, TITLE, PHONE, HOLDING, HELD = (
    "finding",  # something was typed: what was found
    "title",  # one title: where it is
    "phone",  # its code for a phone; a loan machine has its receipt there
    "holding",  # a hold is being placed
    "held",  # and was, or why not
)

WARNED = (
    CARD,
    REFUSED,
    TRAY,
    REVIEW,
    RESULT,
    RECEIPT,
    LOANS,
    INSIDE,
    CODE,
    FINDING,
    TITLE,
    PHONE,
    HELD,
)  # Before these end, they warn.
