"""The numbers by which countries know a person, by their check digits."""

from collections.abc import Callable


def kvnr(number: str) -> bool:
    """Say whether it is a German insurance number: the letter as two digits, every second digit doubled, mod 10."""
    letter = ord(number[0].upper()) - 64
    digits = [letter // 10, letter % 10, *(int(c) for c in number[1:9])]
    products = [d * (1 + i % 2) for i, d in enumerate(digits)]
    return sum(p // 10 + p % 10 for p in products) % 10 == int(number[9])


def nhs(number: str) -> bool:
    """Say whether it is a British NHS or CHI number: weights 10 to 2, mod 11."""
    begins = int(number[:2])
    if number[0] in "58" or (number[0] in "012" and not (1 <= begins <= 31 and 1 <= int(number[2:4]) <= 12)):
        return False  # never given out; those from 0 to 2 are Scottish and begin with the day of birth
    check = 11 - sum(int(c) * (10 - i) for i, c in enumerate(number[:9])) % 11
    return check != 10 and check % 11 == int(number[9])


def ssn(number: str) -> bool:
    """Say whether it has the shape of an American social security number, which has no check digit."""
    return number[:3] not in ("000", "666") and number[0] != "9" and number[3:5] != "00" and number[5:] != "0000"


def bsn(number: str) -> bool:
    """Say whether it is a Dutch citizen service number: weights 9 to 2 and −1, divisible by 11."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return int(number) > 0 and sum(w * int(c) for w, c in zip(weights, number, strict=True)) % 11 == 0


def ahv(number: str) -> bool:
    """Say whether it is a Swiss insurance number: the check digit of EAN-13."""
    return sum(int(c) * (1 + 2 * (i % 2)) for i, c in enumerate(number)) % 10 == 0


def svnr(number: str) -> bool:
    """Say whether it is an Austrian insurance number: weights around the fourth digit, mod 11, and a day of birth."""
    weights = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
    check = sum(w * int(c) for w, c in zip(weights, number, strict=True)) % 11
    return check == int(number[3]) and 1 <= int(number[4:6]) <= 31 and 1 <= int(number[6:8]) <= 15


CHECKS: dict[str, Callable[[str], bool]] = {
    "kvnr": kvnr,
    "nhs": nhs,
    "ssn": ssn,
    "bsn": bsn,
    "ahv": ahv,
    "svnr": svnr,
}
