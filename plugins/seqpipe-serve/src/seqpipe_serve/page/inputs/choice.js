/** Which input fits a pipeline. */

import { FileInput } from "./file_input.js";
import { MusicInput } from "./music_input.js";
import { NumbersInput } from "./numbers_input.js";
import { SoundInput } from "./sound_input.js";
import { TextInput } from "./text_input.js";

const INPUTS = {
  text: TextInput,
  dna: TextInput,
  numbers: NumbersInput,
  sound: SoundInput,
  music: MusicInput,
};

/**
 * Return the input for a pipeline; what is asked with it goes to the workbench. An input has:
 *
 * - `element`: what is shown;
 * - `invitation`: what is said where the answer will be;
 * - `live`: whether it asks without a click;
 * - `take(record)` and `takeFile(file)`: be given an example, and ask;
 * - `leave()`, perhaps: stop what runs.
 */
export function chosenInput(pipeline, workbench) {
  const Input = INPUTS[pipeline.input.kind] ?? FileInput;
  return new Input(pipeline, workbench);
}
