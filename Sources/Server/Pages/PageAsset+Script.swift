// The page's script: a client of the work API, nothing more. Everything that comes from a job is shown as text. One
// task at a time; the next is asked for as soon as an answer is stored.

extension PageAsset {
    static let scriptText = #"""
        "use strict";
        const byId = (id) => document.getElementById(id);
        const sections = ["sign-in", "task", "idle"];
        const lookAgainAfter = 4000;
        const attempts = 8;
        const kept = sessionStorage;

        let teams = [];
        let worker = JSON.parse(kept.getItem("worker") || "null");
        let task = null;
        let deadline = 0;
        let isBusy = false;
        let activeSince = null;
        let activeTime = 0;
        let timer = 0;

        // The server

        class Refusal extends Error {
          constructor(status, code, message) { super(message); this.status = status; this.code = code; }
        }

        function address(path, query = {}) {
          const scope = new URLSearchParams(location.search);
          const all = new URLSearchParams(query);
          for (const name of ["account", "region"]) if (scope.get(name)) all.set(name, scope.get(name));
          return `/_groundwork/work/${path}${all.size ? "?" + all : ""}`;
        }

        async function call(path, body, query) {
          const options = { method: body ? "POST" : "GET", headers: {}, cache: "no-store" };
          if (body) {
            options.headers["Content-Type"] = "application/json";
            options.body = JSON.stringify(body);
          }
          if (kept.getItem("token")) options.headers["x-groundwork-token"] = kept.getItem("token");
          const answer = await fetch(address(path, query), options);
          const document = await answer.json().catch(() => ({}));
          if (answer.ok) return document;
          throw new Refusal(answer.status, document.code || document.__type || "", document.message || "");
        }

        /// For what may be sent twice: asks again, for half a minute, where no answer comes.
        async function callUntilAnswered(path, body) {
          for (let attempt = 1; ; attempt++) {
            try {
              return await call(path, body);
            } catch (error) {
              if (error instanceof Refusal || attempt === attempts) throw error;
            }
            say("The server does not answer. Trying again …", true);
            await new Promise((proceed) => setTimeout(proceed, lookAgainAfter));
          }
        }

        // What is shown

        function show(section) {
          for (const name of sections) byId(name).hidden = name !== section;
          byId("leave").hidden = worker === null;
          byId("who").textContent = worker ? worker.name : "";
        }

        function say(text, isAlarm = false) {
          byId("notice").textContent = text;
          byId("notice").classList.toggle("alarm", isAlarm);
        }

        function option(value) {
          const element = document.createElement("option");
          element.value = element.textContent = value;
          return element;
        }

        function later(step) {
          clearTimeout(timer);
          timer = setTimeout(step, lookAgainAfter);
        }

        /// Runs one step; a second one does not begin meanwhile.
        async function once(step) {
          if (isBusy) return;
          isBusy = true;
          enable(false);
          let follows = null;
          try {
            await step();
          } catch (error) {
            follows = explain(error);
          }
          isBusy = false;
          enable(true);
          if (follows) once(follows);
        }

        function enable(isEnabled) {
          for (const button of document.querySelectorAll("#task button")) button.disabled = !isEnabled;
        }

        /// Says what went wrong; returns the step to go on with, if there is one.
        function explain(error) {
          if (error instanceof Refusal && error.status === 401) {
            kept.removeItem("token");
            byId("token-row").hidden = false;
            byId("sign-in-form").noValidate = true;
            show("sign-in");
            say("This server wants its control token: the file control-token in its data directory.", true);
            return null;
          }
          if (error instanceof Refusal && error.status === 404 && error.code === "ResourceNotFound") {
            forget();
            return welcome;
          }
          if (error instanceof Refusal && (error.status === 409 || error.code === "TaskNotFound")) {
            say("Too late: the task went back before your answer came. Here is the next one.", true);
            const job = task ? task.job : null;
            return () => next(job);
          }
          if (error instanceof Refusal) {
            say(error.message, true);
            return null;
          }
          if (task !== null) {
            say("The server does not answer. Your task is still here: try once more.", true);
            return null;
          }
          say("The server does not answer. Trying again …", true);
          later(() => once(worker ? () => next(null) : welcome));
          return null;
        }

        // Signing in

        async function welcome() {
          show("sign-in");
          teams = (await call("teams")).teams;
          byId("team").replaceChildren(...teams.map((team) => option(team.name)));
          showNames();
          say(teams.length ? "" : "There is no work team yet. This page looks again every few seconds.");
          if (teams.length === 0) later(() => once(welcome));
          else byId("name").focus();
        }

        function showNames() {
          const team = teams.find((team) => team.name === byId("team").value);
          byId("names").replaceChildren(...(team ? team.workers : []).map((person) => option(person.name)));
        }

        async function signIn() {
          const token = byId("token").value.trim();
          if (token) {
            kept.setItem("token", token);
            byId("token").value = "";
            byId("token-row").hidden = true;
            byId("sign-in-form").noValidate = false;
            if (teams.length === 0) return welcome();
          }
          const body = { team: byId("team").value, name: byId("name").value };
          worker = (await call("workers", body)).worker;
          kept.setItem("worker", JSON.stringify(worker));
          await next(null);
        }

        function forget() {
          clearTimeout(timer);
          worker = null;
          task = null;
          kept.removeItem("worker");
        }

        // Tasks

        /// Goes to the next task, of the same job if it has one.
        async function next(job) {
          clearTimeout(timer);
          task = null;
          if (job) {
            const claimed = await call("claim", { worker: worker.id, job });
            if (claimed.task) return begin(claimed.task);
          }
          const open = (await call("tasks", null, { worker: worker.id })).jobs;
          for (const candidate of open.filter((one) => one.isOnPage && (one.isHeld || one.progress.pending > 0))) {
            const claimed = await call("claim", { worker: worker.id, job: candidate.job });
            if (claimed.task) return begin(claimed.task);
          }
          rest(open);
        }

        function rest(open) {
          byId("idle-title").textContent = "Nothing to do right now";
          byId("idle-text").textContent = "This page looks again every few seconds.";
          byId("resume").hidden = true;
          byId("jobs").replaceChildren(...open.map((one) => {
            const item = document.createElement("li");
            const waits = !one.isOnPage ? `${one.taskType} needs the full portal, or the work API` :
              one.progress.pending > 0 ? "the rest is with others now" : "you have done your part of this batch";
            item.textContent = `${one.title} (${one.job}): ${waits}.`;
            return item;
          }));
          show("idle");
          later(() => once(() => next(null)));
        }

        function begin(claimed) {
          task = claimed;
          deadline = performance.now() + task.secondsLeft * 1000;
          activeTime = 0;
          activeSince = document.hidden ? null : performance.now();
          if (!byId("notice").classList.contains("alarm")) say("");
          byId("title").textContent = task.title || task.job;
          byId("description").textContent = task.description;
          const all = task.progress.done + task.progress.pending;
          byId("course").max = Math.max(all, 1);
          byId("course").value = task.progress.done;
          byId("count").textContent = `${task.progress.done} of ${all}`;
          showObject(task.object);
          byId("labels").replaceChildren(...task.labels.map(labelButton));
          show("task");
          byId("object").focus({ preventScroll: true });
          tick();
        }

        function showObject(object) {
          const picture = byId("picture"), text = byId("text");
          picture.hidden = object.text !== undefined;
          text.hidden = object.text === undefined;
          text.textContent = object.text ?? "";
          if (object.text === undefined) picture.src = object.url ?? "";
          else picture.removeAttribute("src");
        }

        function labelButton(label, place) {
          const button = document.createElement("button");
          if (place < 9) {
            const key = document.createElement("kbd");
            key.textContent = place + 1;
            button.append(key);
          }
          button.append(label);
          button.addEventListener("click", () => choose(place));
          return button;
        }

        function choose(place) {
          if (!task || place >= task.labels.length) return;
          const element = task.taskType === "ImageMultiClass" ? "crowd-image-classifier" : "crowd-classifier";
          const answered = task;
          once(async () => {
            [...byId("labels").children].forEach((button, at) => button.classList.toggle("chosen", at === place));
            await callUntilAnswered("submit", {
              worker: worker.id, taskId: answered.taskId, timeSpentInSeconds: active() / 1000,
              answerContent: { [element]: { label: answered.labels[place] } },
            });
            say("");
            await next(answered.job);
          });
        }

        function giveBack(path, then) {
          if (!task) return;
          const given = task;
          once(async () => {
            await call(path, { worker: worker.id, taskId: given.taskId });
            say("");
            await then(given.job);
          });
        }

        function pause() {
          task = null;
          byId("idle-title").textContent = "Paused";
          byId("idle-text").textContent = "Your task went back to the team.";
          byId("jobs").replaceChildren();
          byId("resume").hidden = false;
          show("idle");
          byId("resume").focus();
        }

        // Time

        function active() {
          return activeTime + (activeSince === null ? 0 : performance.now() - activeSince);
        }

        function tick() {
          if (!task) return;
          const seconds = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
          const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
          const shown = parts[0] > 0 ? parts : parts.slice(1);
          byId("left").textContent = shown.map((part, place) => place ? String(part).padStart(2, "0") : part).join(":");
          byId("left").classList.toggle("soon", seconds <= 20);
          if (seconds > 0 || isBusy) return;
          const job = task.job;
          once(async () => {
            say("The time for that task was over: it went back to the team.", true);
            await next(job);
          });
        }

        setInterval(tick, 250);
        document.addEventListener("visibilitychange", () => {
          activeTime = active();
          activeSince = document.hidden ? null : performance.now();
        });

        // Hands

        document.addEventListener("keydown", (event) => {
          if (!task || isBusy || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
          if (/^[1-9]$/.test(event.key)) choose(Number(event.key) - 1);
          else if (event.key === "Escape" || event.key.toLowerCase() === "d") giveBack("decline", next);
          else return;
          event.preventDefault();
        });
        byId("decline").addEventListener("click", () => giveBack("decline", next));
        byId("release").addEventListener("click", () => giveBack("release", pause));
        byId("resume").addEventListener("click", () => once(() => next(null)));
        byId("team").addEventListener("change", showNames);
        byId("sign-in-form").addEventListener("submit", (event) => {
          event.preventDefault();
          once(signIn);
        });
        byId("leave").addEventListener("click", () => once(async () => {
          if (task) await call("release", { worker: worker.id, taskId: task.taskId }).catch(() => {});
          forget();
          await welcome();
        }));
        byId("picture").addEventListener("error", () => {
          if (task) say("This picture could not be loaded. Decline the task if it stays so.", true);
        });
        once(worker ? () => next(null) : welcome);
        """#
}
