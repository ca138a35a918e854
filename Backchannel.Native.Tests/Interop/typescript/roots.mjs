// A TypeScript MCP client that declares a root sends a file of it. Arguments: the server's path, its home, the client's generation, the root, a file beside it.
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [, , command, home, generation, root, beside] = process.argv;
const server = { command, env: { HOME: home, PATH: process.env.PATH, BACKCHANNEL_BASE_URL: "local" } };
let asked = 0;
const roots = () => {
  asked++;
  return { roots: [{ uri: pathToFileURL(root).href }] };
};

const connect = {
  async v1() {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    const { ListRootsRequestSchema } = await import("@modelcontextprotocol/sdk/types.js");
    const client = new Client({ name: "roots", version: "1" }, { capabilities: { roots: { listChanged: true } } });
    client.setRequestHandler(ListRootsRequestSchema, roots);
    await client.connect(new StdioClientTransport(server));
    return client;
  },
  async v2() {
    const { Client } = await import("@modelcontextprotocol/client");
    const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
    const client = new Client({ name: "roots", version: "1" }, { capabilities: { roots: {} }, versionNegotiation: { mode: "auto" } });
    client.setRequestHandler("roots/list", roots);
    await client.connect(new StdioClientTransport(server));
    return client;
  },
}[generation];

const client = await connect();
const post = file => client.callTool({ name: "post_task", arguments: { channel: "interop", content: "read it", files: [file] } });
const askedAtStart = asked;
const sent = await post(join(root, "a.txt"));
const refused = await post(beside);
const protocol = client.getNegotiatedProtocolVersion?.();
await client.close();
console.log(JSON.stringify({ sent: sent.isError ? sent.content[0].text : "yes", refused: refused.isError, askedAtStart, asked, protocol }));
