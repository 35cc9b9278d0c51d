"use strict";
// Asks the device for a passkey (WebAuthn) and sends its answer with the form that holds the options.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withIds = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create(options) {
  const credential = await navigator.credentials.create({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: withIds(options.excludeCredentials),
  } });
  const answer = credential.response;
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type,
    response: {
      attestationObject: text(answer.attestationObject),
      clientDataJSON: text(answer.clientDataJSON),
      transports: answer.getTransports ? answer.getTransports() : null,
    },
    extensions: JSON.stringify(credential.getClientExtensionResults()),
  };
}

async function get(options) {
  const credential = await navigator.credentials.get({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
  } });
  const answer = credential.response;
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type,
    response: {
      authenticatorData: text(answer.authenticatorData),
      clientDataJSON: text(answer.clientDataJSON),
      signature: text(answer.signature),
      userHandle: answer.userHandle ? text(answer.userHandle) : null,
    },
    assertionClientExtensions: JSON.stringify(credential.getClientExtensionResults()),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const ask = form.dataset.passkey === "create" ? create : get;
  ask(JSON.parse(form.dataset.options)).then((answer) => {
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  }).catch(() => { form.querySelector("[role=alert]").textContent = form.dataset.failed; });
}
