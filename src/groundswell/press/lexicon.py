"""Word lists that the rules go by: verbs of saying, words that are no names, abbreviations.

Closed lists, written for this reader. Verbs are listed by their base form and inflected here.
"""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as a line."""
    return frozenset(words.split())


_IRREGULAR = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "write": ("writes", "wrote", "written", "writing"),
    "speak": ("speaks", "spoke", "speaking"),
    "think": ("thinks", "thought", "thinking"),
    "sing": ("sings", "sang", "singing"),
    "begin": ("begins", "began", "beginning"),
    "swear": ("swears", "swore", "swearing"),
    "admit": ("admits", "admitted", "admitting"),
    "quip": ("quips", "quipped", "quipping"),
    "read": ("reads", "read", "reading"),
    "shoot": ("shoots", "shot", "shooting"),
    "go": ("goes", "went", "going"),
    "put": ("puts", "put", "putting"),
    "reply": ("replies", "replied", "replying"),
    "testify": ("testifies", "testified", "testifying"),
    "specify": ("specifies", "specified", "specifying"),
    "clarify": ("clarifies", "clarified", "clarifying"),
    "cry": ("cries", "cried", "crying"),
    "deny": ("denies", "denied", "denying"),
    "label": ("labels", "labeled", "labelled", "labeling"),
    "retort": ("retorts", "retorted", "retorting"),
    "understand": ("understands", "understood"),
    "hold": ("holds", "held", "holding"),
    "find": ("finds", "found"),
    "let": ("lets", "let"),
    "beg": ("begs", "begged", "begging"),
    "plead": ("pleads", "pleaded", "pleading"),
    "refer": ("refers", "referred", "referring"),
    "dub": ("dubs", "dubbed", "dubbing"),
    "slam": ("slams", "slammed", "slamming"),
    "rap": ("raps", "rapped"),
    "chat": ("chats", "chatted"),
    "recur": ("recurs", "recurred"),
    "feel": ("feels", "felt"),
    "sum": ("sums", "summed", "summing"),
    "concur": ("concurs", "concurred"),
}

STRONG = listed(
    "say tell add note write explain state ask announce argue claim insist admit "
    "acknowledge reply respond continue recall joke warn declare tweet post caption "
    "reveal quip gush conclude comment remark observe confirm recount exclaim concede "
    "complain contend reiterate retweet assert testify lament counter muse opine clarify "
    "vow pledge interject retort shout yell"
)
"""Verbs that with a quote beside them mean that somebody said it."""

_WEAK = listed(
    "call describe deny stress emphasize emphasise emphasis suggest predict promise "
    "report mention maintain allege urge advise believe cite answer boast chide offer "
    "sing begin quote refer dub label accuse criticize criticise slam blast mock thank "
    "credit express agree point tease recommend speculate propose hint cry whisper scream "
    "chant ridicule characterize characterise denounce caution demand praise share read "
    "think question charge declare proclaim blame complain promote assure remind speak "
    "mumble mutter swear plead beg brag groan guess hope inform repeat underscore "
    "highlight hail defend attack condemn reject dismiss decry portray compare invoke "
    "open close sum deride disparage assail attribute rail tout caption shrug laugh order "
    "request sigh marvel theorize theorise wonder reason surmise summarize rant "
    "lambast bemoan specify elaborate recite relay protest echo rebut affirm attest "
    "implore enthuse rave crow grouse"
)
"""Verbs that may."""


def _forms(verb: str) -> tuple[str, ...]:
    if verb in _IRREGULAR:
        return (verb, *_IRREGULAR[verb])
    if verb.endswith("e"):
        return (verb, verb + "s", verb + "d", verb[:-1] + "ing")
    if verb.endswith(("s", "sh", "ch", "x")):
        return (verb, verb + "es", verb + "ed", verb + "ing")
    return (verb, verb + "s", verb + "ed", verb + "ing")


STRONG_FORMS = frozenset(form for verb in STRONG for form in _forms(verb))
CUES = STRONG_FORMS | frozenset(form for verb in _WEAK for form in _forms(verb))

PAIRED_CUES = {
    ("pointed", "out"), ("points", "out"), ("shot", "back"), ("went", "on"), ("goes", "on"),
    ("fired", "back"), ("chimed", "in"), ("piped", "up"), ("put", "it"), ("puts", "it"),
    ("hit", "back"), ("called", "out"), ("spoke", "out"),
}  # fmt: skip

NOUN_LIKE = listed(
    "state states post posts point points report reports credit credits request requests "
    "comment comments question questions answer answers claim claims promise promises "
    "call calls charge charges protest protests praise attack attacks demand demands "
    "offer offers tweet tweets note notes hope hopes quote quotes label labels order "
    "orders retort retorts chant chants reply cry replies shout shouts quip quips joke "
    "jokes remark remarks joking vow vows pledge pledges boast boasts urge urges share "
    "shares mention mentions blame thanks counter counters echo whisper laugh shrug sigh "
    "guess speak address read reads"
)
"""Forms that are verbs of saying only right behind who speaks: else they are nouns."""

THINKING = listed(
    "believe believes believed think thinks thought hope hopes hoped begin begins began open opens "
    "opened close closes closed"
)
"""Verbs that give way to a verb of saying before them: "said he believed"."""


def is_cue(word: str) -> bool:
    """Whether a word is a form of a verb of saying.

    >>> is_cue("said"), is_cue("Gushing"), is_cue("table")
    (True, True, False)
    """
    return word.lower() in CUES


ABBREVIATIONS = listed(
    "mr mrs ms dr prof sen sens gov govs rep reps gen col lt sgt capt cpl adm rev hon st "
    "jr sr no vs etc inc corp co ltd jan feb mar apr jun jul aug sept sep oct nov dec mon "
    "tue tues wed thu thur thurs fri sat sun ft mt ave blvd pres sec treas est dept atty "
    "e.g i.e a.m p.m cf al maj brig supt det messrs"
)

PERSON_TITLES = listed(
    "mr mrs ms miss mx dr prof sen gov rep president secretary sir dame lady lord judge "
    "justice gen general col colonel sgt sergeant lt lieutenant capt captain rev reverend "
    "pope king queen prince princess senator congressman congresswoman representative "
    "governor mayor chancellor minister professor officer detective sheriff ambassador "
    "speaker vice-president father sister brother pastor singer actor actress host "
    "comedian rapper author director producer model artist musician presenter cllr "
    "councillor mp striker goalkeeper manager bishop cardinal rabbi imam coach attorney "
    "first"
)
"""Words before a name that are no part of it, without their dot and in lower case."""

FEMALE_TITLES = listed("mrs ms miss dame lady queen princess sister congresswoman")
MALE_TITLES = listed("mr sir lord king prince pope father brother congressman")

PRONOUNS = listed("he she they i we it you him her them who")
SPEAKING_PRONOUNS = listed("he she they i we who it")
DETERMINERS = listed(
    "the a an this that these those his her their its our my your one another some "
    "several many few both each every no other"
)
PREPOSITIONS = listed(
    "of in on at by for with from to into about against after before during since until "
    "through over under between among amid near as like than via per upon within without "
    "toward towards across behind beyond despite including regarding following around "
    "alongside outside inside concerning aboard off onto versus"
)
CONJUNCTIONS = listed(
    "and but or nor so yet while when because although though if as that whereas where "
    "since unless until once before after"
)  # fmt: skip
AUXILIARIES = listed(
    "has have had is are was were be been being will would can could may might shall "
    "should must do does did not n't never hasn't haven't hadn't didn't doesn't wouldn't "
    "don't wasn't isn't i've he's she's i'd i'll he'd"
)
ADVERBS = listed(
    "also then later again once even just still now first soon often always ever only too "
    "instead almost already earlier further thus there here simply perhaps rather quickly "
    "recently back since afterwards afterward twice finally indeed all both himself "
    "herself themselves so reportedly to went on goes continued"
)
CALENDAR = listed(
    "january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sept sep oct nov dec monday tuesday wednesday "
    "thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays "
    "saturdays sundays today yesterday tomorrow tonight week month year morning afternoon "
    "evening night weekend day summer winter spring fall autumn"
)

NOT_NAMES = (
    listed(
        "the a an this that these those his her their its our my your i he she they we it you "
        "who what when where why how and but or nor so yet if as in on at by for with from to "
        "of into about after before during since until while because although though however "
        "meanwhile still also then there here now not no yes one two three four five six "
        "seven eight nine ten some many most all both each every other another such more less "
        "few according per via even just only once last next first second third later earlier "
        "today yesterday tomorrow tonight asked said says told is are was were be been has "
        "have had will would can could should may might must do does did let lets it's that's "
        "there's he's she's i'm we're they're don't can't won't like despite unlike instead "
        "perhaps indeed finally recently among under over between against without within "
        "through across given thus well oh okay please thanks thank never always people fans "
        "everyone everybody nobody someone anyone nothing something anything former american "
        "americans democrat democrats democratic republican republicans british english "
        "french german russian chinese mexican muslim muslims christian christians jewish "
        "black white hispanic latino europe european african asian arab islamic syrian iraqi "
        "iranian israeli lyrics photo image video update editor read watch"
    )
    | CALENDAR
)
"""Words that with a capital, as at the start of a sentence, name nobody."""
