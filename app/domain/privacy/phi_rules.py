"""What is looked for in free text, as data: server and browser read these rules, so both find the same.

A step's pattern has a first group, what stands before, and a second, what is meant. They use what regular expressions
of Python and of browsers have in common: no look-behind, and neither word boundaries nor classes of letters and digits
by name, which differ in what a letter is. What repeats is bounded, so the time grows with the text's length alone.
A step without `kind` takes away what would be taken for something else: versions, tickets, UIDs, times.
"""

from typing import Any

from app.domain.privacy.phi_words import ENDINGS, PROTOCOLS, ROLES, STOPPED

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĹĻĽŁŃŅŇŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽ"
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿĀ-ſ"
_FREE = f"(^|[^{_LETTER}0-9])"  # nothing that the word or number could belong to stands before
_END = f"(?![{_LETTER}0-9])"
_NUMBER = "(^|[^A-Za-z0-9.,:/-])"  # a number of its own, not the rest of another
_NUMBER_END = "(?![A-Za-z0-9]|[.,:/-][0-9])"

_MONTHS = {
    1: "januar jänner january jan",
    2: "februar feber february feb",
    3: "märz maerz march mär mar mrz",
    4: "april apr",
    5: "mai may",
    6: "juni june jun",
    7: "juli july jul",
    8: "august aug",
    9: "september sept sep",
    10: "oktober october okt oct",
    11: "november nov",
    12: "dezember december dez dec",
}
_MONTH = "(?P<name>" + "|".join(word for words in _MONTHS.values() for word in words.split()) + ")"
_DAY = "(?P<day>[0-3]?[0-9])"
_FULL_YEAR = "(?P<year>(?:19|20)[0-9]{2})"
_DATES = (
    f"{_DAY}(?:[.] ?|[/-])(?P<month>[0-3]?[0-9])(?:[.] ?|[/-]){_FULL_YEAR}",
    f"{_FULL_YEAR}(?P<sep>[-./])(?P<month>[01]?[0-9])(?P=sep){_DAY}",
    f"{_FULL_YEAR}(?P<month>[01][0-9])(?P<day>[0-3][0-9])",
    f"{_DAY}(?:st|nd|rd|th|[.])?[ -]?(?:of )?{_MONTH}[.,]?[ -]{{0,2}}{_FULL_YEAR}",
    f"{_DAY}-{_MONTH}-(?P<year>[0-9]{{2}})",
    f"{_MONTH}[.]? {_DAY}(?:st|nd|rd|th)?,? {_FULL_YEAR}",
)
_TWO_DIGITS = "(?P<day>[0-3][0-9])(?P<sep>[./-])(?P<month>[0-3][0-9])(?P=sep)(?P<year>[0-9]{2})"
_SHORT = (  # such as only the word "born" makes a date
    f"{_DAY}[. /-]{{1,2}}(?P<month>[0-3]?[0-9])[. /-]{{1,2}}(?P<year>[0-9]{{2}})",
    "(?P<day>[0-3][0-9])(?P<month>[01][0-9])(?P<year>(?:19|20)?[0-9]{2})",
    f"{_DAY}[. ]{{0,2}}{_MONTH}[. ']{{1,2}}(?P<year>[0-9]{{2}})",
)
_DATE_END = "(?![A-Za-z0-9]|[.:][0-9])"
_BORN = (
    f"((?:^|[^{_LETTER}])(?:geb(?:oren|[.])?(?: am)?|geb[.]?[ -]?dat(?:um|[.])?|geburts(?:datum|tag)|born(?: on)?|dob|"
    "d[.]o[.]b[.]?|date of birth|birth ?da(?:te|y)|jahrgang|[*])(?: is| ist)?[ :=.(]{0,3})"
)
_SINCE = (  # what a study or an event has rather than a person
    f"(?:^|[^{_LETTER}])(?:since|seit|from|vom|von|until|bis|on|of|am|dated|priors?|study|studie|exam|scan|ct|"
    "voraufnahmen?|installed|(?:study|exam|series|acquisition|content) date|(?:studien|untersuchungs|aufnahme)datum)"
    "[ :(]{1,2}$"
)

_MORE = "(?:[ /()-]{0,2}[0-9])"
_CALL = (
    f"((?:^|[^{_LETTER}])(?:tel(?:efon|ephone)?|telefonnummer|phone(?: number)?|mobile?|handy(?:nummer)?|cell|fon|"
    "fax|call(?:ed)?|ring|rückruf|rufnummer|nummer ist|number is)[ .:]{1,3})"
)
_PHONES = (
    ("(^|[^A-Za-z0-9.,:])", "[(]?(?:[+]|00)[1-9](?:[ /().-]{0,3}[0-9]){7,13}"),
    (_NUMBER, f"[(]?0[1-9]{_MORE}{{7,10}}"),
    (_NUMBER, "(?:[(][2-9][0-9]{2}[)] ?|[2-9][0-9]{2}[-.])[2-9][0-9]{2}[-.][0-9]{4}"),
    (_CALL, f"[0-9]{_MORE}{{6,13}}"),
)

_PARTICLES = "(?:(?:von|van|vom|de|der|den|zu|zur|di|da|del|della|dos|la|le|el|al|ter|ten|bin|ibn) ){0,3}"
_WORD = f"(?:[{_CAPITAL}][.](?: |(?=[{_CAPITAL}]))){{0,2}}[{_CAPITAL}][{_LETTER}'-]{{0,40}}"
_NAME = f"{_PARTICLES}{_WORD}(?:,? {_PARTICLES}{_WORD}){{0,3}}(?![{_LETTER}0-9_])"
_TITLES = "(?:(?:Dr|Prof|med|Dipl|Ing|PD)[.]? ?){0,4}"
_NAMED = (
    "(?:'?s)?(?:,| is| name(?: is)?| Name(?: ist)?| named| called| heißt| heisst| namens| mit Namen| with the name)?"
    '[ :=("-]{1,3}'
)
_PATIENT = (
    f"((?:^|[^{_LETTER}-])(?:[Pp]atient(?:in|en|s)?|PATIENT(?:IN|EN)?|[Pp]at[.]|[Pp]t[.]?|[Bb]aby|[Ii]nfant|"
    f"[Ss]äugling){_NAMED}{_TITLES})"
)
_FIELD = (
    f"((?:^|[^{_LETTER}])(?:[Pp]atient(?:en|s|'s)?[ -]?[Nn]amen?|[Pp]at[.][ -]?[Nn]ame|[Nn]achnamen?|[Vv]ornamen?|"
    "[Ss]urname|[Ll]ast name|[Ff]irst name|[Ff]amily name|[Nn]ame of the patient|[Nn]ame des Patienten|"
    "[Nn]ame der Patientin)(?: is| ist)?[ :=(]{1,3})"
)
_MR = f"((?:^|[^{_LETTER}0-9])(?:Mr|Mister)(?:[.] ?| ){_TITLES})"
_FRAU = f"((?:^|[^{_LETTER}0-9])(?:Mrs|Ms|Mx|Miss|MRS|Herrn?|HERRN?|Hr|Frau|FRAU|Fr(?=[.])|Frl)(?:[.] ?| ){_TITLES})"
_SMALL = f"((?:^|[^{_LETTER}])(?:mrs|herrn?)[.]? )"
_CARET = f"[{_LETTER}.'-]{{0,40}}"

_VERSION = "(?:v|version|release|build|rev|patch|firmware|fw|stand)[ .:]{0,2}[0-9][0-9A-Za-z._-]{0,40}"
_TICKET = "(?:inc|chg|ritm|prb|req|tkt|tick|sr|cs|itsm|help|jira|otrs)[-_ #]{0,2}[0-9]{3,20}"
_NUMBERED = (
    "(?:ticket|incident|vorgang|störung|change|meldung|serial|seriennummer|serien-nr|s/n|sn|asset|inventar|inventory|"
    "port|lizenz|license|part|pid|error|fehler|code|job)(?:[ -]?(?:no|nr|number|nummer|id|code))?[ .:#-]{0,3}"
    "[A-Za-z]{0,4}[-]?[0-9][0-9-]{0,30}"
)
_TIME = "[0-2]?[0-9](?:(?::[0-5][0-9]){1,2}|[.][0-5][0-9] (?:uhr|h))(?:[.,][0-9]{1,9})?"


def _step(
    kind: str, before: str, pattern: str, check: str = "", *, unless: str = "", any_case: bool = True
) -> dict[str, Any]:
    """Give a step; what `check` finds is the hit, and `unless` is what may stand before something harmless."""
    return {
        "kind": kind,
        "pattern": f"{before}({pattern})",
        "check": check,
        "unless": unless,
        "any_case": any_case,
    }


def _numbers(kind: str, check: str, *patterns: str) -> list[dict[str, Any]]:
    return [_step(kind, _NUMBER, pattern + _NUMBER_END, check) for pattern in patterns]


STEPS: tuple[dict[str, Any], ...] = (
    _step(
        "mail",
        f"(^|[^{_LETTER}0-9._%+-])",
        f"[{_LETTER}0-9._%+-]{{1,64}}@(?:[A-Za-z0-9-]{{1,63}}[.]){{1,6}}[A-Za-z]{{2,24}}",
    ),
    *_numbers(
        "swiss-insurance-number", "ahv", "756[.]?[0-9]{4}[.]?[0-9]{4}[.]?[0-9]{2}", "756 [0-9]{4} [0-9]{4} [0-9]{2}"
    ),
    _step("", "(^|[^0-9])", "[0-9]{1,64}(?:[.][0-9]{1,64}){4,40}"),  # UIDs
    _step("", "(^|[^0-9.])", "[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?![0-9]|[.][0-9])"),  # addresses of machines
    *(_step("birth-date", _BORN, date + _DATE_END, "any-date") for date in (*_DATES, *_SHORT)),
    _step("german-insurance-number", _FREE, f"[A-Z] ?[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{3}}{_END}", "kvnr"),
    *(_step("", _FREE, number + _END) for number in (_VERSION, _TICKET, _NUMBERED)),
    _step("", "(^|[^A-Za-z0-9])", "#[0-9][0-9-]{0,30}"),
    *(_step("birth-date", _NUMBER, date + _DATE_END, "old-date", unless=_SINCE) for date in (*_DATES, _TWO_DIGITS)),
    _step("", "(^|[^0-9])", _TIME),
    *_numbers("us-social-security-number", "ssn", "[0-9]{3}-[0-9]{2}-[0-9]{4}", "[0-9]{3} [0-9]{2} [0-9]{4}"),
    _step(
        "us-social-security-number",
        f"((?:^|[^{_LETTER}])(?:ssn|social security(?: number| no[.]?)?)(?: is)?[ :#]{{1,3}})",
        "[0-9]{9}" + _END,
        "ssn",
    ),
    *_numbers("uk-nhs-number", "nhs", "[0-9]{3} [0-9]{3} [0-9]{4}", "[0-9]{10}"),
    *_numbers("austrian-insurance-number", "svnr", "[1-9][0-9]{3} ?[0-9]{6}"),
    *_numbers(
        "dutch-citizen-number", "bsn", "[0-9]{9}", "[0-9]{4}[.][0-9]{2}[.][0-9]{3}", "[0-9]{3} [0-9]{3} [0-9]{3}"
    ),
    *(_step("phone", before, number + "(?![0-9])") for before, number in _PHONES),
    _step(
        "dicom-name",
        _FREE,
        f"[{_LETTER}][{_LETTER}'-]{{1,40}}[\\^](?:[{_LETTER}]{_CARET})?(?:[\\^]{_CARET}){{0,3}}(?![0-9])",
        "dicom-name",
    ),
    _step("person-name", _FIELD, _NAME, "name", any_case=False),
    _step("person-name", _PATIENT, _NAME, "name", any_case=False),
    _step("person-name", _MR, _NAME, "name", any_case=False),
    _step("person-name", _FRAU, _NAME, "addressed", any_case=False),
    _step("person-name", _SMALL, f"[{_LETTER}'-]{{3,40}}(?![{_LETTER}0-9_])", "small-name", any_case=False),
)

RULES: dict[str, Any] = {
    "steps": STEPS,
    "months": {word: number for number, words in _MONTHS.items() for word in words.split()},
    "stopped": sorted(STOPPED),
    "roles": sorted(ROLES),
    "endings": list(ENDINGS),
    "titles_of_protocols": sorted(PROTOCOLS),
}
