"""The words that stand around dates and are not in CLDR, by language, in their plain form.

Several stand in one text, with commas between them.
"""

from __future__ import annotations

from collections.abc import Mapping

from scrapekit_dates.plain import plain

FILLERS: Mapping[str, str] = {
    "ar": "في, يوم, عام, سنة, من",
    "bg": "г, година, на",
    "ca": "de, del, d', el, dia, any",
    "cs": "dne",
    "da": "den, d, d.",
    "de": "am, den, der, des, dem",
    "el": "του, της",
    "en": "on, of, the",
    "es": "el, dia, de, del",
    "et": "a., aasta",
    "eu": "ko, ren, a",
    "fi": "ta, na",
    "fr": "le, du",
    "hr": "dana",
    "hu": "",
    "it": "il, del, di, dell'",
    "lt": "m., d.",
    "lv": "gada",
    "nb": "den, d., i",
    "nl": "op, de",
    "pl": "dnia, r., r, roku",
    "pt": "em, de, do, dia",
    "ro": "pe, data, de, in",
    "ru": "г., г, года, год",
    "sk": "dna",
    "sl": "dne",
    "sv": "den, d.",
    "th": "วันที่, ที่, ค.ศ., พ.ศ., วัน",
    "tr": "gunu, tarihi, tarihinde",
    "uk": "р., р, року, рік",
    "vi": "ngay",
}
"""Words that say nothing: "the 10th *of* November"."""

ORDINALS: Mapping[str, str] = {
    "ca": "r, n, t, e",
    "de": "ter, ten",
    "en": "st, nd, rd, th",
    "es": "o, a, er",
    "fr": "er, e, eme",
    "it": "o, a",
    "nl": "e, ste, de",
    "pt": "o, a",
    "sv": ":a, :e",
}
"""What stands right after the number of a day, and makes it the first or the second."""

TIME: Mapping[str, str] = {
    "ca": "a les",
    "cs": "v, ve",
    "da": "kl., kl, klokken",
    "de": "um, ab",
    "en": "at",
    "es": "a las, a la, las",
    "fi": "klo, kello",
    "fr": "a",
    "hr": "u",
    "it": "alle ore, alle, ore",
    "lt": "val.",
    "nb": "kl., kl, klokken",
    "nl": "om",
    "pl": "o godz., o godz, godz., godz, godzina, o",
    "pt": "as, a as",
    "ro": "ora, la ora",
    "ru": "в",
    "sk": "o",
    "sl": "ob",
    "sv": "kl., kl, klockan",
    "th": "เวลา",
    "tr": "saat",
    "uk": "о, об",
    "vi": "luc",
}
"""Words before a time."""

AFTER_TIME: Mapping[str, str] = {
    "bg": "ч., ч",
    "cs": "hod., hod, hodin",
    "de": "uhr",
    "fr": "heures",
    "nl": "uur, u.",
    "pt": "horas",
    "es": "horas",
    "th": "น.",
    "sk": "hod., hod",
    "lt": "val.",
}
"""Words after a time such as 14:30 that say only that it is one; after 14 alone they make it an hour."""

HOURS: Mapping[str, str] = {
    "fr": "h, heures",
    "pt": "h, horas",
    "es": "h, horas",
    "it": "h",
    "ca": "h",
    "de": "uhr, h",
    "nl": "uur, u., h",
    "en": "h",
    "cs": "hod., hod, h",
    "sk": "hod., hod, h",
    "bg": "ч., ч",
}
"""Words between hours and minutes: 14h30, 14 Uhr 30."""

DAYS: Mapping[str, Mapping[int, str]] = {
    "ar": {0: "اليوم", -1: "أمس", 1: "غدا"},
    "bg": {0: "днес", -1: "вчера", 1: "утре"},
    "ca": {0: "avui", -1: "ahir", 1: "dema", -2: "abans-d'ahir"},
    "cs": {0: "dnes", -1: "vcera", 1: "zitra", -2: "predevcirem", 2: "pozitri"},
    "da": {0: "i dag", -1: "i gar", 1: "i morgen", -2: "i forgars", 2: "i overmorgen"},
    "de": {0: "heute", -1: "gestern", 1: "morgen", -2: "vorgestern", 2: "ubermorgen"},
    "el": {0: "σημερα", -1: "χθες", 1: "αυριο"},
    "en": {0: "today", -1: "yesterday", 1: "tomorrow"},
    "es": {0: "hoy", -1: "ayer", 1: "manana", -2: "anteayer", 2: "pasado manana"},
    "et": {0: "tana", -1: "eile", 1: "homme"},
    "fi": {0: "tanaan", -1: "eilen", 1: "huomenna", -2: "toissapaivana", 2: "ylihuomenna"},
    "fr": {0: "aujourd'hui", -1: "hier", 1: "demain", -2: "avant-hier", 2: "apres-demain"},
    "he": {0: "היום", -1: "אתמול", 1: "מחר"},
    "hr": {0: "danas", -1: "jucer", 1: "sutra"},
    "hu": {0: "ma", -1: "tegnap", 1: "holnap", -2: "tegnapelott", 2: "holnaputan"},
    "id": {0: "hari ini", -1: "kemarin", 1: "besok", 2: "lusa"},
    "it": {0: "oggi", -1: "ieri", 1: "domani", -2: "l'altro ieri", 2: "dopodomani"},
    "ja": {0: "今日", -1: "昨日", 1: "明日", -2: "一昨日", 2: "明後日"},
    "ko": {0: "오늘", -1: "어제", 1: "내일", -2: "그저께", 2: "모레"},
    "lt": {0: "siandien", -1: "vakar", 1: "rytoj"},
    "lv": {0: "sodien", -1: "vakar", 1: "rit"},
    "nb": {0: "i dag", -1: "i gar", 1: "i morgen"},
    "nl": {0: "vandaag", -1: "gisteren", 1: "morgen", -2: "eergisteren", 2: "overmorgen"},
    "pl": {0: "dzisiaj, dzis", -1: "wczoraj", 1: "jutro", -2: "przedwczoraj", 2: "pojutrze"},
    "pt": {0: "hoje", -1: "ontem", 1: "amanha", -2: "anteontem"},
    "ro": {0: "astazi, azi", -1: "ieri", 1: "maine", -2: "alaltaieri", 2: "poimaine"},
    "ru": {0: "сегодня", -1: "вчера", 1: "завтра", -2: "позавчера", 2: "послезавтра"},
    "sk": {0: "dnes", -1: "vcera", 1: "zajtra"},
    "sl": {0: "danes", -1: "vceraj", 1: "jutri"},
    "sv": {
        0: "i dag, idag",
        -1: "i gar, igar",
        1: "i morgon, imorgon",
        -2: "i forrgar, forrgar",
        2: "i overmorgon",
    },
    "th": {0: "วันนี้", -1: "เมื่อวานนี้, เมื่อวาน", 1: "พรุ่งนี้"},
    "tr": {0: "bugun", -1: "dun", 1: "yarin"},
    "uk": {0: "сьогодні", -1: "вчора", 1: "завтра", -2: "позавчора", 2: "післязавтра"},
    "vi": {0: "hom nay", -1: "hom qua", 1: "ngay mai"},
    "zh": {0: "今天, 今日", -1: "昨天, 昨日", 1: "明天, 明日", -2: "前天", 2: "后天, 後天"},
}
"""How many days from today a word means."""

ONE: Mapping[str, str] = {
    "ca": "un, una",
    "da": "en, et",
    "de": "ein, einem, einer, einen, eine",
    "en": "a, an, one",
    "es": "un, una",
    "fr": "un, une",
    "it": "un, una, un'",
    "nb": "en, et, ei",
    "nl": "een",
    "pt": "um, uma",
    "sv": "en, ett",
    "tr": "bir",
}
"""Words for one: "an hour ago"."""

COUNTED: Mapping[str, str] = {
    "年": "year", "月": "month", "日": "day", "号": "day", "時": "hour", "时": "hour", "點": "hour",
    "点": "hour", "分": "minute", "秒": "second",
    "년": "year", "월": "month", "일": "day", "시": "hour", "분": "minute", "초": "second",
}  # fmt: skip
"""What a number counts that stands before the sign, in Chinese, Japanese and Korean."""

ERAS: Mapping[str, int] = {"令和": 2018, "平成": 1988, "昭和": 1925}
"""Japanese eras: what is added to their years."""


def words_of(table: Mapping[str, str], language: str) -> list[str]:
    """The words of a language, in their plain form."""
    return [plain(word) for word in table.get(language, "").split(", ") if word]


def day_words(language: str) -> list[tuple[str, int]]:
    """Each word or phrase for a day near today, and how far it is."""
    days = DAYS.get(language, {}).items()
    return [(plain(word), distance) for distance, words in days for word in words.split(", ")]
