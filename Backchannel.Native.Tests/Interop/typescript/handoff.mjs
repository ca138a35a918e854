// Two sessions of a TypeScript MCP client hand over a task. Arguments: the server's path, its home, the client's generation.
const [, , command, home, generation] = process.argv;
const env = { HOME: home, PATH: process.env.PATH, BACKCHANNEL_BASE_URL: "local" };

const connect = {
  async v1(label) {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    const client = new Client({ name: label, version: "1" });
    await client.connect(new StdioClientTransport({ command, env: { ...env, BACKCHANNEL_AGENT_LABEL: label } }));
    return client;
  },
  async v2(label) {
    const { Client } = await import("@modelcontextprotocol/client");
    const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
    const client = new Client({ name: label, version: "1" }, { versionNegotiation: { mode: "auto" } });
    await client.connect(new StdioClientTransport({ command, env: { ...env, BACKCHANNEL_AGENT_LABEL: label } }));
    return client;
  },
}[generation];

const call = async (client, name, args, options) => {
  const result = await client.callTool({ name, arguments: args }, ...(generation === "v1" ? [undefined, options] : [options]));
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
};

const planner = await connect("planner");
const worker = await connect("worker");
const tools = (await planner.listTools()).tools.map(tool => tool.name);
const posted = await call(planner, "post_task", { channel: "interop", content: "do it" });
const prompts = (await planner.listPrompts()).prompts.map(prompt => prompt.name);
const prompt = await planner.getPrompt({ name: "worker", arguments: { channel: "interop" } });
const completion = await planner.complete({ ref: { type: "ref/prompt", name: "worker" }, argument: { name: "channel", value: "int" } });
const unknown = await planner.getPrompt({ name: "no_such" }).then(() => null, error => error.code);
const progress = [];
const waiting = call(planner, "await_result", { channel: "interop", message_id: posted.message_id, timeout_seconds: 55 },
  { onprogress: report => progress.push(report.message), resetTimeoutOnProgress: true });
const claimed = await call(worker, "claim_task", { channel: "interop" });
await call(worker, "ack_task", { message_id: claimed.message_id, result: "done" });
const result = await waiting;
const refused = await worker.callTool({ name: "claim_task", arguments: { chanel: "interop" } });
const protocol = planner.getNegotiatedProtocolVersion?.();
await planner.close();
await worker.close();
console.log(JSON.stringify({ tools, content: claimed.content, result: result.result.content, refused: refused.isError, protocol,
  prompts, prompt: prompt.messages[0].content.text, completion: completion.completion.values, unknown }));
