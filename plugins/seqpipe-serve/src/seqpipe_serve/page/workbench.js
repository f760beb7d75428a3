/** One pipeline: its input, its answer, and the command that does the same. */

import { requestAddress } from "./client.js";
import { CommandBox } from "./command_box.js";
import { announce, element } from "./dom.js";
import { exampleList } from "./example_list.js";
import { chosenInput } from "./inputs/choice.js";
import { Latest } from "./latest.js";
import { answerElement } from "./results/answer.js";
import { duration } from "./results/numbers.js";

const SLOW = 300; // milliseconds after which it is said that something is computed

/** `refuse` is called with the error of a server that wants another token. */
export class Workbench {
  #client;
  #pipeline;
  #refuse;
  #latest = new Latest();
  #input;
  #answer = element("section", { class: "answer", "aria-labelledby": "answer-title" });
  #body = element("div", { class: "body" });
  #time = element("p", { class: "time" });
  #command;
  #stream = null;
  #stopDrawing = () => {};

  constructor(client, pipeline, refuse) {
    this.#client = client;
    this.#pipeline = pipeline;
    this.#refuse = refuse;
    this.#input = chosenInput(pipeline, this);
    this.#command = new CommandBox();
    this.#answer.append(
      element("div", { class: "head" }, element("h2", { id: "answer-title" }, "Answer"), this.#time),
      this.#body,
    );
    this.#empty();
  }

  /** What the page shows of it. */
  get elements() {
    const { name, description, topology } = this.#pipeline;
    const examples = exampleList(this.#pipeline, (example) => this.#try(example));
    return [
      element(
        "header",
        { class: "title" },
        element("h1", { tabindex: "-1" }, name),
        description ? element("p", {}, description) : null,
        topology ? element("p", { class: "note" }, topology) : null,
      ),
      element("section", { class: "card question", "aria-label": "Input" }, this.#input.element, examples),
      this.#answer,
      this.#command.element,
    ];
  }

  /** Show something at once: the first example, if it costs no file. */
  begin() {
    const [first] = this.#pipeline.examples ?? [];
    if (first?.record !== undefined && this.#input.live) this.#input.take(first.record);
  }

  /** Stop what is under way: another pipeline is shown. */
  leave() {
    this.#latest.stop();
    this.#stream?.stop();
    this.#input.leave?.();
    this.#stopDrawing();
  }

  /** Ask with a request, after a pause of typing if there is one. `context` is what drawings need besides results. */
  ask(request, context = {}, pause = 0) {
    this.#stream?.stop();
    const task = (signal) => this.#answered(request, context, signal);
    if (pause) this.#latest.soon(pause, task);
    else this.#latest.now(task);
  }

  /** Show that nothing is asked. */
  clear() {
    this.#latest.stop();
    this.#empty();
  }

  /** Show an error that arose before anything was asked. */
  fail(error) {
    this.#latest.stop();
    this.#show([failure(error)], {}, "");
  }

  /**
   * Open a stream of samples, whose results are shown as they come. `context` is what drawings need when it is over;
   * `repeat` gives the request that does the same at once.
   */
  stream(context, repeat) {
    this.clear();
    this.#stream?.stop();
    const results = [];
    this.#replace(element("p", { class: "note" }, "Listening …"));
    this.#stream = this.#client.stream(this.#pipeline, {
      result: (fields) => {
        results.push(fields);
        this.#show([{ results }], {}, "");
        announce(this.#drawn([{ results: [fields] }], {}).summary); // only what is new
      },
      finished: () => {
        this.#show([{ results }], context, "");
        this.#repeat(repeat());
      },
      failed: (error) => this.#show([{ results }, failure(error)], context, ""),
    });
    return this.#stream;
  }

  async #answered(request, context, signal) {
    const begin = performance.now();
    const timer = setTimeout(() => this.#busy(), SLOW);
    signal.addEventListener("abort", () => clearTimeout(timer));
    let entries;
    try {
      entries = await this.#client.ask(this.#pipeline, request, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return this.#refuse(error);
      entries = [failure(error)];
    } finally {
      clearTimeout(timer);
      if (!signal.aborted) this.#answer.removeAttribute("aria-busy");
    }
    if (signal.aborted) return;
    this.#show(entries, { ...context, request }, duration(performance.now() - begin));
    this.#repeat(request);
  }

  #show(entries, context, time) {
    const { element: drawn, summary, stop } = this.#drawn(entries, context);
    this.#replace(drawn);
    this.#stopDrawing = stop;
    this.#time.textContent = time;
    announce(summary);
  }

  #drawn(entries, context) {
    const written = (...form) => this.#client.written(this.#pipeline, context.request, ...form);
    return answerElement(this.#pipeline, entries, { ...context, written });
  }

  #replace(drawn) {
    this.#stopDrawing();
    this.#stopDrawing = () => {};
    this.#body.replaceChildren(drawn);
  }

  #repeat(request) {
    this.#command.show(requestAddress(this.#pipeline, request), request, this.#client.authorized);
  }

  #busy() {
    this.#answer.setAttribute("aria-busy", "true");
    this.#time.textContent = "computing …";
    announce("Computing");
  }

  #empty() {
    this.#replace(element("p", { class: "note" }, this.#input.invitation));
    this.#time.textContent = "";
    this.#command.hide();
  }

  async #try({ record, file: name }) {
    if (name === undefined) {
      this.#input.take(record);
      return;
    }
    await this.#latest.now(async (signal) => {
      try {
        const file = await this.#client.example(this.#pipeline, name);
        if (!signal.aborted) this.#input.takeFile(file);
      } catch (error) {
        if (!signal.aborted) this.fail(error);
      }
    });
  }
}

/** Return the entry of an error, as servers write it. */
function failure({ message, todo }) {
  return { error: { message, todo } };
}
