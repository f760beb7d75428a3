"""Words that tell a dot from the end of a sentence, in small letters; abbreviations without their last dot."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_LAST = _words(
    """
    mr mrs ms mx dr prof rev st gen col lt capt cmdr sgt cpl maj gov sen rep pres hon messrs mt
    vs cf viz ca approx dept tel ext i.e e.g
    hr fr frl fa dipl ing bzw sog ggf evtl vgl inkl exkl bspw zzgl abzgl z.b d.h u.a z.t v.a o.g u.g s.o s.u i.d.r
    mme mlle mgr env av boul chap tél réf p.ex
    """
)
"""After these a sentence goes on."""

BEFORE_NUMBER = _words("no nos nr nrn fig figs eq eqs vol vols ch pp sec art abs abb bd kap par ziff éd")
"""After these it goes on if a number follows."""

OFTEN_LAST = _words(
    """
    inc ltd co corp bros jr sr etc esq llc plc al a.m p.m ph.d ave blvd rd ft
    jan feb apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    usw e.v mio mrd tsd jh jhd geb gest okt dez mrz cie janv févr avr juil déc
    """
)
"""After these, as after initials, it ends if the next word is one that often stands first."""

OFTEN_FIRST = _words(
    """
    the a an this that these those he she it they we you i his its their our my your there here in on at by for from
    with but and or so yet if when while as after before since although because however then now what who where why
    how is are was were do does did not yes some many most all one
    der die das den dem ein eine er es sie wir ihr ich du man sein seine ihre im am auf bei mit nach seit von zu aber
    und oder doch denn wenn als da dort hier dann nun was wer wo warum wie ist sind war waren nicht kein keine
    le la les un une des du il elle ils elles nous vous je tu ce cette ces cela son sa ses leur dans sur avec pour par
    mais et ou donc car quand si comme après avant qui que où pourquoi
    """
)
"""Words that often stand first in a sentence, and seldom behind an abbreviation within one."""

ELIDED = _words("c j l n s qu")
"""French words that do so with an apostrophe."""

BEFORE_ORDINAL = _words(
    "am im der dem den des die das vom zum zur ab bis seit beim ein eine einen einem eines jeder jeden jedes jede"
)
"""Between one of these and a noun, a number with a dot is an ordinal (``im 19. Jahrhundert``)."""

MONTHS = _words("januar jänner februar märz april mai juni juli august september oktober november dezember")
"""Before one of these, a number with a dot is an ordinal too (``3. Oktober``)."""
