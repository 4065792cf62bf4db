// Logging in and out inside the app, so that an installed one never leaves itself. The outbox stays, whoever comes.
import { h, dialog } from "./dom.js";
import { say } from "./words.js";
import { state, keep, set } from "./state.js";
import * as server from "./server.js";
import * as outbox from "./outbox.js";
import { wake } from "./sender.js";

let open = null;

export function openLogin() {
  if (open) return;
  const said = h("p.refused", { role: "alert", id: "login-said" }), input = h("input", {
    id: "token", type: "password", name: "token", autocomplete: "current-password", required: true, spellcheck: "false", "aria-describedby": "login-said",
  });
  const button = h("button.first", { type: "submit" }, say("log_in"));
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    const answer = await server.logIn(input.value.trim());
    button.disabled = false;
    if (!answer.done) {
      said.textContent = answer.status === 0 ? say("login_no_network") : say("login_wrong", { why: answer.problem?.detail ?? "" });
      input.focus();
      return;
    }
    open.close();
    await entered();
  } }, h("input", { type: "text", value: "golive", autocomplete: "username", hidden: true, readonly: true, name: "username" }),
    h("label", { for: "token" }, say("login_token")), input, said,
    h("div.choices", {}, button, h("button.plain", { type: "button", onclick: () => open.close() }, say("login_later"))));
  open = dialog("login", { label: say("log_in"), onclose: () => { open = null; } }, h("h2", {}, say("log_in")), h("p", {}, say("login_why")), form);
}

// What was refused because of who sent it may be taken from who is here now.
async function entered() {
  set({ login: false });
  await server.refresh();
  for (const one of outbox.refusals().filter((r) => r.problem?.status === 403)) await outbox.again(one.n);
  wake({ fresh: true });
}

// What was of the one who leaves is taken off the screen; what waits is the tablet's and stays.
export async function leave() {
  if (!(await server.logOut())) return;
  const { doc } = state;
  const support = doc?.support && { ...doc.support, mine: [] }; // also the way into their break-out room
  const duty = doc?.duty && { ...doc.duty, there: doc.duty.there.map((one) => ({ ...one, mine: false })) };
  await keep({ doc: doc && { ...doc, mine: [], me: null, support, duty }, etag: "" });
  set({ login: true });
}
