// Shows two texts of the same fields side by side and asks which is kept (trap 9).

/** The panel of a page: filled from its own templates, hidden while there is nothing to decide. */
export class Differences {
  #panel;
  #one;

  constructor(panel) {
    this.#panel = panel;
    this.#one = document.querySelector("template[data-difference]").content;
  }

  /** Show `[{label, mine, other}]`; answers "mine", "other" or "together" when it is decided. */
  ask(differing) {
    const list = this.#panel.querySelector("[data-differences]");
    list.replaceChildren(...differing.map((each) => this.#shown(each)));
    this.#panel.hidden = false;
    this.#panel.focus();
    this.#panel.scrollIntoView({ block: "start" });
    return new Promise((decided) => {
      for (const button of this.#panel.querySelectorAll("[data-choose]")) {
        button.onclick = () => {
          this.#panel.hidden = true;
          decided(button.dataset.choose);
        };
      }
    });
  }

  #shown({ label, mine, other }) {
    const shown = this.#one.cloneNode(true);
    shown.querySelector("h3").textContent = label;
    shown.querySelector("[data-mine]").textContent = mine;
    shown.querySelector("[data-other]").textContent = other;
    return shown;
  }
}
