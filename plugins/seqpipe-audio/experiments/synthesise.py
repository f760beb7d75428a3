"""Make synthetic speech to train `speech-prompts` on, before and beside the real recordings.

    python plugins/seqpipe-audio/experiments/synthesise.py runs/synthetic --transcripts prompts_train.tsv

Writes FLAC files at 8 kHz, spoken by espeak-ng in voices, speeds and pitches that are drawn, a manifest of them
(``speech.tsv``, for the reader audio.manifest); and, for the language model, ``words.txt``, a list of words and names
of things, and ``phrases.txt``, each phrase once. What is said: phrases written for this project (``phrases.txt`` beside
this file), with words of its lists and of ``vocabulary.txt`` in their slots; and, if given, the transcripts of the
training data. All is drawn from the seed. It needs the program espeak-ng.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeak
import soundfile

RATE = 8000
HERE = Path(__file__).parent
VOICES = ("en-us", "en-us", "en-us", "en-gb", "en-gb-x-rp")
VARIANTS = ("f1", "f2", "f3", "f4", "f5", "f2", "f3", "m3", "m7")
UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
NUMBERS = [*UNITS, *"seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety oh".split()]
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth "
    "ninetieth hundredth thousandth millionth"
).split()
SPELLING = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey x-ray yankee zulu"
).replace("-", " ")
SLOTS = {
    "number": NUMBERS,
    "ordinal": ORDINALS,
    "letter": list("abcdefghijklmnopqrstuvwxyz"),
    "day": "monday tuesday wednesday thursday friday saturday sunday".split(),
    "month": "january february march april may june july august september october november december".split(),
    "key": "pound,star,hash,zero,one,asterisk,dot,comma,dash,slash,at,dollar,percent,ampersand,plus,equals,space,"
    "exclamation point,question mark,colon,semicolon,open bracket,close bracket".split(","),
    "place": "the city office,the sales department,customer service,technical support,the front desk,the help line,"
    "the operator,reception,the main menu,the voice mail system,the conference center,accounting,the directory,"
    "the waiting room,an outside line,the parking lot,the recording studio,a local number,an internal extension".split(
        ","
    ),
    "person": "the administrator,your party,a friend,the caller,a guest,the owner,an agent,the manager,a participant,"
    "the leader,someone,an unknown caller,the user,a colleague,the moderator".split(","),
    "thing": "message,call,number,extension,password,mailbox,greeting,conference,recording,queue,menu,folder,option,"
    "name,account,file,line,room,menu option,caller id,voice mail,phone number,pin,code,participant,user,agent,caller,"
    "channel,announcement,introduction,directory,schedule,volume,feature,account number,time zone,entry,request,"
    "broadcast,location,prefix,group".split(","),
    "do": "hear,listen to,save,delete,erase,replay,repeat,forward,send,record,change,cancel,confirm,increase,decrease,"
    "mute,unmute,lock,unlock,join,leave,extend,enter,accept,reject,reply,return,continue,exit,pause,resume,review,"
    "activate,deactivate,disable,enable,start,stop,hold,park,transfer,mark as urgent,toggle,truncate,append,skip,"
    "rewind,move,select,place an outgoing call,hear the next message,go back,create,remove,use,call".split(","),
    "done": "saved,deleted,erased,forwarded,sent,recorded,changed,canceled,confirmed,increased,muted,unmuted,locked,"
    "unlocked,extended,entered,accepted,rejected,returned,paused,resumed,reviewed,activated,deactivated,disabled,"
    "enabled,started,stopped,parked,transferred,marked,dialed,completed,disconnected,received,removed,terminated,added,"
    "restored,reached,placed,ended,set,blocked,queued,retrieved".split(","),
    "state": "available,unavailable,busy,new,old,full,empty,locked,unlocked,muted,unmuted,invalid,valid,active,"
    "inactive,temporary,urgent,private,public,open,closed,connected,disconnected,logged in,logged off,on,off,ready,"
    "pending,required,compatible,online,offline,enabled,disabled,unknown".split(","),
}


def inflected(word: str) -> list[str]:
    """Return forms of a word by the usual rules of spelling; some are no words, which harms nobody."""
    stem = word.removesuffix("e")
    noun = (
        word[:-1] + "ies"
        if re.search(r"[^aeiou]y$", word)
        else word + ("es" if re.search(r"(s|x|ch|sh)$", word) else "s")
    )
    past = word[:-1] + "ied" if re.search(r"[^aeiou]y$", word) else stem + "ed"
    return [word, word, word, noun, past, stem + "ing", word + "ly"]


def filled(templates: Iterable[str], chance: random.Random) -> list[str]:
    """Return phrases with their slots filled."""
    words = _lines(HERE / "vocabulary.txt")
    slots = {**SLOTS, "word": [*words, *SPELLING.split(), *words]}

    def fill(match: re.Match[str]) -> str:
        chosen = chance.choice(slots[match[1]])
        return chance.choice(inflected(chosen)) if match[1] == "word" else chosen

    return [re.sub(r"\{(\w+)\}", fill, template) for template in templates]


def speak(text: str, path: Path, seed: int) -> None:
    """Write a phrase as espeak-ng says it, in a voice that the seed chooses."""
    chance = random.Random(seed)
    voice = f"{chance.choice(VOICES)}+{chance.choice(VARIANTS)}"
    speed, pitch, gap = chance.randint(125, 185), chance.randint(35, 75), chance.choice((0, 0, 1, 2))
    spoken = text.replace(" a m", " A M").replace(" p m", " P M")
    soundfile.write(path, espeak.said(spoken, RATE, voice, speed, pitch, gap), RATE, format="FLAC")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--transcripts", type=Path, help="a manifest whose texts are spoken as well")
    parser.add_argument("--count", type=int, default=6000, help="phrases to speak")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    templates = _lines(HERE / "phrases.txt")
    spoken = filled((chance.choice(templates) for _ in range(arguments.count)), chance)
    if arguments.transcripts:
        spoken += [line.partition("\t")[2] for line in _lines(arguments.transcripts)]
    audio = arguments.folder / "speech"
    audio.mkdir(parents=True, exist_ok=True)
    paths = [audio / f"{index:05}.flac" for index in range(len(spoken))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(speak, spoken, paths, range(len(spoken))))
    lines = (f"speech/{path.name}\t{text}\n" for path, text in zip(paths, spoken, strict=True))
    (arguments.folder / "speech.tsv").write_text("".join(lines), encoding="utf-8")
    words = [*_lines(HERE / "vocabulary.txt"), *(entry for entries in SLOTS.values() for entry in entries)]
    for name, texts in (("words.txt", words), ("phrases.txt", filled(templates, chance))):
        (arguments.folder / name).write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


if __name__ == "__main__":
    main()
