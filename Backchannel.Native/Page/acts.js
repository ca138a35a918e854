// What a person may do to a task. Each is asked for once, with what it means.
import { html } from "./html.js";
import { post } from "./api.js";
import { openDialog, say } from "./dialog.js";
import { Content } from "./parts.js";
import { beginning } from "./format.js";

const path = (row, act) => `/v1/messages/${encodeURIComponent(row.id)}/${act}`;
const noteField = { name: "text", kind: "textarea", required: true, maxlength: 3900 };
const reasonField = { name: "reason", label: "Reason", hint: "The worker and whoever waits for the task read it. May be empty.", maxlength: 1000 };

let isAsking = false;

/** Looks the question up first: an answer names the one it is for, so that it never goes to a later one. */
export async function answer(row) {
  if (isAsking) {
    return;
  }

  isAsking = true;
  const slow = setTimeout(() => say("The question is being read…"), 300);
  const question = await openQuestion(row).catch(error => error);
  clearTimeout(slow);
  isAsking = false;
  if (!question?.id) {
    say(question?.message ?? "This question is closed by now.");
    return;
  }

  openDialog({
    draft: `answer ${question.id}`,
    title: "Answer the question",
    body: html`<${Content} text=${question.text} />`,
    fields: [{ ...noteField, label: "Your answer", hint: "The worker gets it at once. It cannot be changed afterwards." }],
    confirm: "Send the answer",
    keep: "Not now",
    run: async ({ text }, once) => {
      await post(path(row, "notes"), { kind: "answer", text, question: question.id }, once);
      return "The answer was sent.";
    },
  });
}

async function openQuestion(row) {
  const { tasks: [found] } = await post("/v1/tasks/wait", { tasks: [{ id: row.id }] });
  return found.task?.notes?.findLast(note => note.kind === "question" && !note.closed);
}

export function comment(row) {
  openDialog({
    draft: `comment ${row.id}`,
    title: "Tell the worker something",
    fields: [{ ...noteField, label: "Your comment", hint: "The worker gets it with its next report. It cannot be taken back." }],
    confirm: "Send the comment",
    keep: "Not now",
    run: async ({ text }, once) => {
      await post(path(row, "notes"), { kind: "comment", text }, once);
      return "The comment was sent.";
    },
  });
}

export function cancel(row) {
  openDialog({
    draft: `cancel ${row.id}`,
    title: "Cancel this task?",
    body: html`<p>“<bdi>${beginning(row.content)}</bdi>”</p>
      <p>${row.state === "claimed" ? "Its worker is told to stop, and no result comes." : "No worker gets it any more."} A cancelled task cannot be reopened.</p>`,
    fields: [reasonField],
    confirm: "Cancel the task",
    keep: "Keep the task",
    danger: true,
    run: async ({ reason }, once) => {
      await post(path(row, "cancel"), reason.trim() ? { reason } : {}, once);
      return "The task was cancelled.";
    },
  });
}

export function reopen(row) {
  openDialog({
    title: "Reopen this task?",
    body: html`<p>“<bdi>${beginning(row.content)}</bdi>”</p><p>Its attempts count from none again, and the next worker that asks takes it.</p>`,
    confirm: "Reopen the task",
    keep: "Leave it failed",
    run: async (_, once) => {
      await post(path(row, "reopen"), {}, once);
      return "The task is reopened.";
    },
  });
}
