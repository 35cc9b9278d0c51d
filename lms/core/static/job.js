"use strict";
// A job's page follows its progress; without this script it loads itself anew.
const job = document.querySelector("[data-job]");
async function follow() {
  try {
    const answer = await fetch(job.dataset.job, { headers: { Accept: "application/json" } });
    const now = answer.ok ? await answer.json() : null;
    if (!now || now.state !== job.dataset.state) return location.reload();
    const bar = job.querySelector("progress");
    bar.max = now.total || 1;
    bar.value = now.done;
    bar.nextElementSibling.textContent = now.count || "…";
    job.querySelector("[data-left]").textContent = now.left || "";
  } catch {
    // No connection for a moment: the work goes on, and so do we.
  }
  setTimeout(follow, document.hidden ? 10000 : 1500);
}
if (job) setTimeout(follow, 1000);
