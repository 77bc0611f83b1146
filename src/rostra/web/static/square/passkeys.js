// Passkeys (WebAuthn): for each element with data-passkey, its button asks the browser for one.
//
//   sign-in    proves who somebody is, and goes where the server says
//   again      proves it once more, and goes to data-next
//   register   makes one, named by the field beside the button
//
// Without scripts, or where the browser has no passkeys, the elements stay hidden.

const ADDRESSES = {
  "sign-in": ["/sign-in/passkey/options", "/sign-in/passkey"],
  again: ["/settings/security/again/options", "/settings/security/again/passkey"],
  register: ["/settings/security/passkeys/options", "/settings/security/passkeys"],
};

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

/** What the server says, in the reader's language. */
class Refused extends Error {}

async function post(address, document) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(document),
  });
  const said = await answer.json();
  if (said.error === "do_first") location.assign("/settings/security/again");
  if (!answer.ok) throw new Refused(said.sentence);
  return said;
}

async function prove([options, target]) {
  const asked = await post(options, {});
  const publicKey = {
    ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials),
  };
  const made = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = made.response;
  return post(target, {
    id: made.id, rawId: text(made.rawId), type: made.type,
    response: {
      clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData),
      signature: text(signature), userHandle: userHandle ? text(userHandle) : null,
    },
  });
}

async function register([options, target], label) {
  const asked = await post(options, {});
  const publicKey = {
    ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: named(asked.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = made.response;
  return post(target, {
    label,
    credential: {
      id: made.id, rawId: text(made.rawId), type: made.type,
      response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) },
    },
  });
}

function offer(place) {
  const what = place.dataset.passkey;
  const button = place.querySelector("button");
  const trouble = place.querySelector("[role=alert]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    trouble.textContent = "";
    try {
      const said = what === "register"
        ? await register(ADDRESSES[what], place.querySelector("input").value)
        : await prove(ADDRESSES[what]);
      location.assign(said.next || place.dataset.next);
    } catch (error) {
      // The browser's own words are for programmers, and English more often than not.
      trouble.textContent = error instanceof Refused ? error.message : place.dataset.failed;
      button.disabled = false;
    }
  });
  place.hidden = false;
}

if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(offer);
