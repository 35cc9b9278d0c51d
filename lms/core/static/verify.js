"use strict";
// Checks a certificate's signed code in the browser when there is no internet (the layout: certificates/token.py).
const CACHE = "lop-so-verify";
const EPOCH = Date.UTC(2000, 0, 1);
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LEAST_LENGTH = 40; // what is shorter is a short code
const { worker, scope, keys: keysUrl, states: statesUrl, languages } = document.currentScript.dataset;
const language = document.documentElement.lang;
const offline = document.getElementById("offline");

class Refusal extends Error {}

// --- reading a code ------------------------------------------------------------------------------------------

function codeIn(typed) {
  const found = /\/v\/([^/?#]+)/.exec(typed);
  return (found ? decodeURIComponent(found[1]) : typed).replace(/[\s-]/g, "").toUpperCase();
}

function bytesOf(code) {
  const bytes = [];
  let bits = 0, value = 0;
  for (const letter of code) {
    const five = LETTERS.indexOf(letter);
    if (five < 0) throw new Refusal("token_unreadable");
    value = (value << 5 | five) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push(value >> (bits -= 8) & 0xff);
  }
  if (bytes[0] !== 1) throw new Refusal("token_unreadable");
  return new Uint8Array(bytes);
}

function tokenIn(bytes) {
  const reader = new TextDecoder("utf-8", { fatal: true });
  const texts = [];
  let at = 8;
  if (bytes.length < at) throw new Refusal("token_cut_short");
  for (let index = 0; index < 4; index++) {
    let length = bytes[at++];
    if (length & 0x80) length = (length & 0x7f) << 8 | bytes[at++];
    if (!(at + length <= bytes.length)) throw new Refusal("token_cut_short");
    try {
      texts.push(reader.decode(bytes.subarray(at, at + length)));
    } catch {
      throw new Refusal("token_altered");
    }
    at += length;
  }
  if (bytes.length < at + 64) throw new Refusal("token_cut_short");
  const [number, issuer, name, course] = texts;
  const day = new Date(EPOCH + (bytes[6] << 8 | bytes[7]) * 86400000);
  return { number, issuer, name, course, day, signed: bytes.subarray(0, at), signature: bytes.subarray(at) };
}

// --- checking it ---------------------------------------------------------------------------------------------

async function data(url) {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function base64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

async function issuerOf(bytes, token) {
  const id = Array.from(bytes.subarray(1, 5), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const known = (await data(keysUrl)).keys.find((key) => key.id === id);
  if (!known) throw new Refusal("token_unknown_key");
  let key;
  try {
    key = await crypto.subtle.importKey("raw", base64url(known.public), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    throw new Refusal("unsupported");
  }
  const genuine = token.signature.length === 64
    && await crypto.subtle.verify({ name: "Ed25519" }, key, token.signature, token.signed);
  if (!genuine) throw new Refusal("token_altered");
  return known.issuer;
}

async function isSet(list, index) {
  if (!list) return false;
  const packed = new Blob([base64url(list.slice(1))]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bits = new Uint8Array(await new Response(packed).arrayBuffer());
  return Boolean(bits[index >> 3] & 0x80 >> (index & 7));
}

async function stateOf(issuer, token) {
  let states;
  try {
    states = await data(statesUrl);
  } catch {
    return { code: "unasked" };
  }
  const lists = states.lists[issuer]?.[token.day.getUTCFullYear()] || {};
  const place = parseInt(token.number, 10);
  const code = await isSet(lists.refresh, place) ? "replaced" : await isSet(lists.revocation, place) ? "revoked" : "valid";
  return { code, asOf: new Date(states.as_of) };
}

async function check(code) {
  const bytes = bytesOf(code);
  const token = tokenIn(bytes);
  const issuer = await issuerOf(bytes, token);
  return { token, ...await stateOf(issuer, token) };
}

// --- saying it -----------------------------------------------------------------------------------------------

function dayWritten(date, timeZone) {
  if (language === "vi") {
    const parts = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "numeric", year: "numeric", timeZone });
    const [day, month, year] = parts.format(date).split("/").map(Number);
    return `ngày ${day} tháng ${month} năm ${year}`;
  }
  const locale = language === "ar" ? "ar-u-nu-latn-ca-gregory" : "en-GB";
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone }).format(date);
}

function momentWritten(date) {
  const timeZone = "Asia/Ho_Chi_Minh";
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(date);
  return `${dayWritten(date, timeZone)}${language === "ar" ? "،" : ","} ${time}`;
}

function say({ code, token, asOf }) {
  for (const answer of offline.querySelectorAll("[data-answer]")) answer.hidden = answer.dataset.answer !== code;
  const said = offline.querySelector("[data-said]");
  said.hidden = !token;
  for (const place of said.querySelectorAll("[data-field]")) {
    const field = place.dataset.field;
    if (token) place.textContent = field === "issued_on" ? dayWritten(token.day, "UTC") : token[field];
  }
  for (const place of offline.querySelectorAll("[data-as-of]")) place.textContent = asOf ? momentWritten(asOf) : "";
  offline.hidden = false;
  offline.dataset.said = code;
}

async function answer() {
  const typed = new URLSearchParams(location.search).get("code");
  const code = codeIn(typed ?? location.pathname);
  if (!code || (typed === null && location.pathname === scope)) return;
  if (typed) document.getElementById("code").value = typed;
  try {
    say(code.length < LEAST_LENGTH ? { code: "short" } : await check(code));
  } catch (error) {
    // Without keys nothing can be said; the page was then kept without them.
    say({ code: error instanceof Refusal ? error.message : "unsupported" });
  }
}

// --- keeping what is needed ------------------------------------------------------------------------------------

async function keep() {
  const cache = await caches.open(CACHE);
  const own = [...document.querySelectorAll('link[rel="stylesheet"], script[src]')].map((each) => each.href || each.src);
  const shells = languages.split(" ").map((code) => `${scope}?lang=${code}`);
  const wanted = [...own, ...shells, keysUrl, statesUrl].map((url) => new URL(url, location.href).href);
  await cache.addAll(wanted.map((url) => new Request(url, { cache: "reload" })));
  const note = new URL(`${scope}language`, location.href).href;
  await cache.put(note, new Response(language));
  for (const old of await cache.keys()) if (old.url !== note && !wanted.includes(old.url)) await cache.delete(old);
  document.documentElement.dataset.kept = "yes";
}

async function prepare() {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  await navigator.serviceWorker.register(worker, { scope });
  await keep();
}

// Without internet the language is chosen from the kept pages
for (const form of document.querySelectorAll("form.switch")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine || event.submitter?.name !== "locale") return;
    event.preventDefault();
    const wanted = new URLSearchParams(location.search);
    wanted.set("lang", event.submitter.value);
    location.search = wanted;
  });
}

async function askAgain() {
  if (offline.hidden) return;
  // The worker leaves HEAD alone, so this comes through only when the server itself can be reached
  const reached = await fetch(scope, { method: "HEAD", cache: "no-store" }).then((reply) => reply.ok, () => false);
  if (reached) location.reload();
}

prepare().catch(() => { /* the page works without, as long as there is internet */ });
if (offline) {
  answer();
  addEventListener("online", askAgain);
  setInterval(askAgain, 20000);
}
