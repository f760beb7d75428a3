const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** Return the name of a MIDI pitch, such as A4 of 69. */
export function pitchName(pitch) {
  return `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}

/** Return the frequency of a MIDI pitch in Hz, in equal temperament. */
export function frequency(pitch) {
  return 440 * 2 ** ((pitch - 69) / 12);
}
