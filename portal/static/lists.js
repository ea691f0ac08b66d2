// Choosing every journey of a page with one press. Without scripts each is chosen by itself.

const form = document.querySelector("[data-selection]");
if (form) {
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll('[name="enrollment"]')];
  const agree = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  form.addEventListener("change", agree);
  agree(); // a browser keeps what was chosen when a page is come back to
}
