"""Words of readers' accounts that tables and code share: purses, movements of money, states.

Money is an integer number of fen.  A movement takes it from one purse to another, so the sum over
all purses is always zero.  A purse is a kind and, for those of a reader, an account; the library's
own have account 0.
"""

PURSES = (
    # kind            what its balance says
    ("receivable", "what a reader owes; below zero, what the library owes back"),
    ("deposit", "what the library holds of a reader's: a debt, so never above zero"),
    ("cash", "what was paid to the library"),
    ("income", "fines and fees, below zero"),
    ("replacement", "the price of lost copies, below zero"),
    ("waived", "given up in the reader's favour"),
    ("written_off", "given up because nobody will pay it"),
)
READERS_PURSES = ("receivable", "deposit")
MONEY = (
    # kind          source -> target, unless it takes back an earlier row: then the other way round
    ("fine", "income", "receivable"),
    ("processing", "income", "receivable"),
    ("lost_item", "replacement", "receivable"),
    ("payment", "receivable", "cash"),
    ("deposit", "deposit", "cash"),
    ("refund", "cash", "receivable"),
    ("return_deposit", "cash", "deposit"),
    ("waive", "receivable", "waived"),
    ("write_off", "receivable", "written_off"),
)
CAUSES = (
    ("loan", "copy:fact that began it"),
    ("payment", "id of the payment or refund"),
    ("case", "id of the case"),
    ("desk", "what staff decided; the actor says who"),
)
PURPOSES = ("owed", "deposit")
PAYMENT_STATES = (
    ("intended", "the reader may pay; nothing is known to be paid"),
    ("unknown", "the provider does not say: it is asked, and nothing is charged again"),
    ("paid", "the provider said so, signed"),
    ("failed", "the provider said that nothing was paid"),
    ("expired", "not paid in time; a late payment still counts"),
)
REFUND_STATES = (
    ("asked", "the provider is being told"),
    ("unknown", "the provider did not answer: it is asked again under the same id"),
    ("done", "the money is on its way back along the original path"),
    ("failed", "the provider refuses; a case for staff"),
)
CARD_STATES = (
    ("active", "in use"),
    ("lost", "reported lost: what happens with it is nobody's"),
    ("ended", "replaced or given back"),
)
GUARANTEES = ("deposit", "credit", "institution")
NAMELESS = (
    ("suspect", "took copies with a card that was reported lost"),
    ("retired", "a reader's history past its time"),
    ("erased", "a reader who asked to be forgotten"),
)
PURPOSES_OF_DATA = (
    ("lending", "to lend: needed for a card"),
    ("notices", "to send notices"),
    ("history", "to keep the history of loans beyond the set time"),
)


def kinds(rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return the first words of a table's rows."""
    return tuple(row[0] for row in rows)
