// The keys of the page of calls. They never fire while somebody types, and never twice for one press.
(() => {
  const PAUSE = 400; // milliseconds: a key pressed twice by mistake does not settle the next call, too
  const typing = (target) =>
    target.isContentEditable ||
    target.closest("textarea, select, input:not([type=checkbox]), [role=combobox], [role=listbox], [role=dialog]");

  const mark = (event) => {
    const field = event.target.closest("[data-mark]");
    if (!field || !/^[0-5]$/.test(event.key)) return false;
    const chosen = field.querySelector(`input[value="${event.key}"]`);
    if (!chosen) return false;
    chosen.click();
    const next = field.nextElementSibling?.querySelector("input:checked, input");
    (next ?? chosen).focus();
    return true;
  };

  const press = (key) => {
    const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return false;
    if (document.body.dataset.keyed !== undefined) return true;
    if (button.dataset.goes) {
      document.querySelector(button.dataset.goes)?.focus();
      return true; // it settles nothing, so that a short note does not swallow the key after it
    }
    document.body.dataset.keyed = key;
    setTimeout(() => delete document.body.dataset.keyed, PAUSE);
    button.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) return document.getElementById("call")?.focus();
    if (event.repeat || !document.getElementById("calls-keys")?.checked) return;
    if (mark(event)) return event.preventDefault();
    if (!typing(event.target) && press(event.key.toLowerCase())) event.preventDefault();
  });
})();
