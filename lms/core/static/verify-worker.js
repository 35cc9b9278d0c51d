"use strict";
// Answers for the pages of verification when there is no internet. It never keeps a person's page: only the empty one,
// the public keys and the states, which verify.js puts into the cache.
const CACHE = "lop-so-verify";
const PATIENCE = 8000; // milliseconds; a phone on one bar should not wait longer for an answer it can give itself

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(request.mode === "navigate" ? page(request) : part(request));
});

async function network(request, patience) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    return await fetch(request, { signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function page(request) {
  let answer;
  try {
    answer = await network(request, PATIENCE);
    if (answer.status < 500) return answer;
  } catch {
    // no internet: below
  }
  const cache = await caches.open(CACHE);
  const asked = new URL(request.url).searchParams.get("lang");
  const chosen = await cache.match(new URL("language", self.registration.scope));
  const kept = await cache.match(shell(asked)) || (chosen && await cache.match(shell(await chosen.text())));
  return kept || answer || Response.error();
}

function shell(language) {
  return new URL(`?lang=${language}`, self.registration.scope);
}

async function part(request) {
  const kept = await caches.open(CACHE).then((cache) => cache.match(request.url));
  // What has its version in its address never changes
  if (kept && new URL(request.url).searchParams.has("v")) return kept;
  try {
    return await network(request, PATIENCE);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
