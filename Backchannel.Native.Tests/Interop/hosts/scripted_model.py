#!/usr/bin/env python3
"""A model server for tests: it does not think, it plays a script.

It answers Anthropic Messages, OpenAI chat completions, OpenAI responses and Gemini generateContent on
127.0.0.1, streamed or not, so that a real agent host can be driven without an account and without a network.

    scripted_model.py --script FILE [--port N] [--log FILE]

The script is a JSON list of steps, each of them one answer of the model:

    {"tool": "post_task", "arguments": {"channel": "reviews", "content": "hello"}}
    {"wait": 5}              no answer: waits 5 seconds before the answer of the next step
    {"until": "FILE"}        no answer: waits until there is a file of this name beside the log
    {"text": "All done."}    a final answer; the step after it is played in the next turn (texts must differ)
    {"text": "All done.", "idle": 3, "quiet": 9}
                             then no request may come for 3 seconds, which a line on standard output ends
                             ("idle after: All done."), and after that line none for 9 more

Tools are matched by the end of their name, because hosts put a prefix before it (`mcp__backchannel__post_task`,
`backchannel-post_task`). A tool that the host only names in its text is first asked for through the host's
search tool. `$message_id` in an argument, or any other `$name`, is replaced by the value of the newest tool
result that has a member of this name; `$2.message_id` by that of the second result.

The place in the script is counted from the conversation that each request carries, so a host may repeat a
request. Standard output has a line for each call with its result, and for what went wrong; `--log` takes each
request as a line of JSON. After SIGTERM the exit status is 0 if all was played and nothing went wrong, else 1.
"""
import argparse
import gzip
import http.server
import json
import os
import re
import signal
import sys
import threading
import time

from model_apis import APIS, Answer

SEARCH_TOOLS = ("ToolSearch", "tool_search")  # Claude Code, Qwen Code: they find tools that are not offered at once
CALL_TOOL = "tool_call"                       # Qwen Code: calls a tool found that way
SIDE_WORDS = ("[SUGGESTION MODE:",)     # Qwen Code: what the user might type next
SEARCH_ID = "search_"                         # begins the ids of these calls, whose results are no steps


class Script:
    """The steps, and how far they were played."""

    def __init__(self, steps, folder):
        self.steps, self.waits, pause, file = [], [], 0, None
        for step in steps:
            if "wait" in step:
                pause += step["wait"]
            elif "until" in step:
                file = step["until"]
            elif "tool" in step or "text" in step:
                self.steps.append(step)
                self.waits.append((pause, file))
                pause, file = 0, None
            else:
                sys.exit(f"scripted_model.py: a step needs tool, text or wait: {json.dumps(step)}")
        if not self.steps or "text" not in self.steps[-1]:
            self.steps.append({"text": "The script was played to its end."})
            self.waits.append((pause, file))
        self.texts = [step["text"] for step in self.steps if "text" in step]
        self.lock, self.played, self.calls, self.told, self.faults = threading.Lock(), 0, [], 0, set()
        self.rest, self.folder = None, folder

    def answer(self, conversation):
        """The answer to a request. Side requests (a title, a summary) offer no tools, or are known by their words, and get a short text."""
        if not conversation.tools or any(words in conversation.everything for words in SIDE_WORDS):
            return Answer(text="Scripted")
        results = [text for id, text in conversation.results if not id.startswith(SEARCH_ID)]
        position = len(results) + sum(text in self.texts for text in conversation.texts)
        with self.lock:
            self.tell(results)
            if position >= self.played:
                self.disturb()
            if position >= len(self.steps):
                return Answer(text=self.texts[-1])
            first = position >= self.played
            answer = self.step(position, conversation, results)
        while answer.until and not os.path.exists(os.path.join(self.folder, answer.until)):
            time.sleep(0.05)
        time.sleep(answer.after)
        if first and self.played == position + 1:
            self.follow(position)
        return answer

    def follow(self, position):
        """After a step was answered for the first time: the quiet that has to follow, or the end."""
        step, last = self.steps[position], position + 1 == len(self.steps)
        if "idle" in step:
            with self.lock:
                self.expect(step["idle"], step["text"], step.get("quiet", 0), last)
        elif last:
            say("end of the script")

    def expect(self, seconds, text, quiet, last):
        """Waits for seconds without a request, then for `quiet` more."""
        def over():
            with self.lock:
                if self.rest is not timer:
                    return
                self.rest = None
                if quiet is not None:
                    say(f"idle after: {text}")
                if quiet:
                    self.expect(quiet, text, None, last)
                elif last:
                    say("end of the script")
        timer = self.rest = threading.Timer(seconds, over)
        timer.seconds, timer.text, timer.daemon = seconds, text, True
        timer.start()

    def disturb(self):
        """A request came that goes on with the conversation."""
        if self.rest:
            self.fault(f"a request came although {self.rest.seconds} s had to be quiet after: {self.rest.text}")
            self.rest.cancel()
            self.rest = None

    def step(self, position, conversation, results):
        """The answer for a place in the script, which is `first` unless the host repeats or a side agent asks."""
        step, first = self.steps[position], position >= self.played
        if "text" in step:
            answer = Answer(text=step["text"])
        else:
            name, deferred = find(step["tool"], conversation)
            searching = search(step["tool"], name, conversation) if deferred or first and not name else None
            if searching:
                return searching
            if not name:
                if first:
                    self.fault(f"{step['tool']} is not among the tools offered: {' '.join(conversation.tools)}")
                return Answer(text=f"There is no tool {step['tool']}.")
            answer = Answer(tool=name, arguments=fill(step.get("arguments", {}), results, self.fault), id=f"call_{position}")
            if first:
                self.calls.append(f"{name} {json.dumps(answer.arguments)}")
            if deferred and CALL_TOOL in conversation.tools:
                answer.tool, answer.arguments = CALL_TOOL, {"name": name, "arguments": answer.arguments}
        if first:
            self.played = position + 1
            answer.after, answer.until = self.waits[position]
        return answer

    def tell(self, results):
        """Tells each call once its result is there."""
        for number in range(self.told, min(len(results), len(self.calls))):
            say(f"{self.calls[number]} -> {shorten(results[number])}")
            self.told = number + 1

    def fault(self, line):
        if line not in self.faults:
            self.faults.add(line)
            say(line)

    def end(self, *_):
        for call in self.calls[self.told:]:
            self.fault(f"{call} -> no result came")
        if self.played < len(self.steps):
            self.fault(f"played only {self.played} of {len(self.steps)} steps")
        sys.exit(bool(self.faults))


def find(tool, conversation):
    """The host's name for a tool, and whether the host only names it in its text; the longest name that fits."""
    offered = [name for name in conversation.tools if re.fullmatch(rf"(.*[^A-Za-z0-9])?{re.escape(tool)}", name)]
    if offered:
        return max(offered, key=len), False
    named = re.search(rf"mcp__[\w-]+?__{re.escape(tool)}\b", conversation.everything)
    if named and any(name in SEARCH_TOOLS for name in conversation.tools):
        return named[0], True
    return None, False


def search(tool, name, conversation):
    """A call of the host's search tool, or nothing: for the name once, without a name ten times, a second apart."""
    searcher = next((offered for offered in conversation.tools if offered in SEARCH_TOOLS), None)
    ids = [id for id, _ in conversation.results if id.startswith(SEARCH_ID)]
    if searcher and name and SEARCH_ID + name not in ids:
        return Answer(tool=searcher, arguments={"query": f"select:{name}"}, id=SEARCH_ID + name)
    if searcher and not name and len(ids) < 10:  # the host may still be connecting to the server
        return Answer(tool=searcher, arguments={"query": tool}, id=f"{SEARCH_ID}{len(ids)}", after=1)
    return None


def fill(value, results, fault):
    """Replaces `$name` in strings by the member `name` of the newest result that has one, `$2.name` by that of the second."""
    if isinstance(value, dict):
        return {key: fill(item, results, fault) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, results, fault) for item in value]
    if not isinstance(value, str):
        return value

    def member(match):
        for text in [results[int(match[1]) - 1]] if match[1] else reversed(results):  # a result may be JSON within JSON, hence the backslashes
            found = re.findall(rf'\\*"{match[2]}\\*"\s*:\s*(?:\\*"([^"\\]*)|([-\d.]+))', text)
            if found:
                return found[-1][0] or found[-1][1]
        fault(f"no result has a member {match[2]}")
        return match[0]
    return re.sub(r"\$(?:(\d+)\.)?([a-z_]+)", member, value)


def shorten(text, limit=300):
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + "..."


def say(line):
    print(line, flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.send(b"", "text/plain")

    def do_GET(self):
        self.send(json.dumps({"object": "list", "data": [{"id": "scripted", "object": "model"}], "models": []}).encode())

    def do_POST(self):
        path = self.path.split("?")[0]
        body = json.loads(self.read_body() or b"{}")
        if self.server.log:
            self.server.log.write(json.dumps({"time": time.time(), "path": path, "body": body}) + "\n")
            self.server.log.flush()
        for end, read, write in APIS:
            if path.endswith(end):
                answer = write(body, self.server.script.answer(read(body)))
                if isinstance(answer, list):
                    return self.send("".join(map(event, answer)).encode(), "text/event-stream")
                return self.send(json.dumps(answer).encode())
        self.send(b'{"input_tokens": 1, "totalTokens": 1}')  # counting tokens, telemetry

    def read_body(self):
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            raw = b""
            while size := int(self.rfile.readline(), 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        return gzip.decompress(raw) if self.headers.get("content-encoding") == "gzip" else raw

    def send(self, content, kind="application/json"):
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def event(data):
    """One server-sent event; its name, where the API has names, is the data's type."""
    if isinstance(data, str):
        return f"data: {data}\n\n"
    name = f"event: {data['type']}\n" if "type" in data else ""
    return f"{name}data: {json.dumps(data)}\n\n"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--script", required=True, help="JSON file with the steps")
    options.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0, the default, takes a free one")
    options.add_argument("--log", help="file that takes every request")
    options = options.parse_args()
    try:
        with open(options.script, encoding="utf-8") as file:
            script = Script(json.load(file), os.path.dirname(options.log or ""))
    except (OSError, ValueError) as problem:
        sys.exit(f"scripted_model.py: {options.script}: {problem}")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.script, server.log = script, open(options.log, "a", encoding="utf-8") if options.log else None
    signal.signal(signal.SIGTERM, script.end)
    say(f"listening on http://127.0.0.1:{server.server_address[1]}")
    server.serve_forever()


if __name__ == "__main__":
    main()
