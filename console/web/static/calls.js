// The keys of the page of calls. A key is meant for what has the focus: a text field takes everything that is typed, a
// group of marks takes the digits of marks, and only elsewhere a key is a shortcut. Each key has one meaning at a time.
(() => {
  const PAUSE = 400; // milliseconds: a key pressed twice by mistake does not settle the next call, too
  const LOST = 1500; // milliseconds: what somebody is still typing when their call is taken away is not for the next one
  const ANSWER = 5000; // milliseconds after which a page that has not answered takes keys again
  const TEXT = "textarea, select, input:not([type=checkbox], [type=radio]), [role=combobox], [role=listbox], [role=dialog]";

  const card = () => document.getElementById("call");
  const writes = (target) => target.isContentEditable || target.closest(TEXT) !== null;
  const goTo = (where) => document.querySelector(where)?.focus();

  // Keys are held back while a call is being settled, and until no key has come for a moment: of a text that was begun
  // too early nothing is taken, so that its middle is not taken for shortcuts.
  let open = true; // whether the last act was answered
  let begunAt = 0;
  let waiting;
  const release = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (!open && performance.now() - begunAt < ANSWER) return release(PAUSE);
      open = true;
      delete document.body.dataset.keyed;
    }, pause);
  };
  const holdBack = (pause) => {
    document.body.dataset.keyed = "";
    release(pause);
  };
  const settle = () => {
    [open, begunAt] = [false, performance.now()];
    holdBack(PAUSE);
  };
  window.callsAnswered = () => {
    open = true;
    seen = undefined; // what is on the screen now came by the person's own act: nothing was taken away
  };

  const isMark = (target) => target.matches("[data-mark] input");
  const mark = (event) => {
    const field = event.target.closest("[data-mark]");
    if (/^[0-5]$/.test(event.key)) {
      field.querySelector(`input[value="${event.key}"]`)?.click();
      const next = field.nextElementSibling?.querySelector("input:checked, input");
      next ? next.focus() : goTo("#call-note"); // what is typed after the last mark is a note
      return true;
    }
    if (event.key.length !== 1) return false; // Tab, Escape and the arrows do what they do everywhere
    if (event.key === "m" || /[\s\d]/.test(event.key)) return true; // no mark, and no note begins so
    goTo("#call-note");
    return event.key === "n"; // any other letter is the first of a note
  };

  const press = (key) => {
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return false;
    found.dataset.goes ? goTo(found.dataset.goes) : found.click();
    return true;
  };

  let seen; // the call on the screen at the last key, and when that was
  let seenAt = 0;
  const takenAway = () => {
    const now = performance.now();
    const away = seen !== undefined && seen !== card() && now - seenAt < LOST;
    [seen, seenAt] = [card(), now];
    return away;
  };

  const act = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
    if (takenAway()) holdBack(LOST);
    if (document.body.dataset.keyed !== undefined && !(open && writes(event.target))) {
      if (event.key === "Tab" || event.key === "Escape") return false;
      holdBack(PAUSE);
      return true;
    }
    if (event.target.closest("[role=dialog]")) return false;
    if (event.key === "Escape") {
      if (writes(event.target) || isMark(event.target)) card()?.focus();
      return false;
    }
    if (event.key === "Enter" && event.target.matches("[data-settles]")) settle();
    if (writes(event.target) || !document.getElementById("calls-keys")?.checked) return false;
    if (event.repeat) return isMark(event.target) && event.key.length === 1;
    if (isMark(event.target)) return mark(event);
    return !event.shiftKey && press(event.key.toLowerCase());
  };

  document.addEventListener("keydown", (event) => act(event) && event.preventDefault());
  document.addEventListener(
    "click",
    (event) => {
      if (event.target.closest("button[data-key]")) settle();
    },
    true,
  );
  // A mark given by the mouse leaves the keys with the shortcuts: a digit after it settles the call.
  let byMouse = false;
  document.addEventListener("pointerdown", () => (byMouse = true), true);
  document.addEventListener("keydown", () => (byMouse = false), true);
  document.addEventListener("click", (event) => byMouse && isMark(event.target) && card()?.focus());
})();
