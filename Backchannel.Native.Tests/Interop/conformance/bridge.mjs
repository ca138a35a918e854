// Speaks HTTP on one side and stdio on the other: the official scenarios speak HTTP, the server does not. They call tools of a
// fixture; here each stands for a call of ours on a task whose worker this program plays, on a bus of its own.
import http from 'node:http';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const key = 'io.modelcontextprotocol/';
const envelope = { [`${key}protocolVersion`]: '2026-07-28', [`${key}clientCapabilities`]: {} };

/** A session of the server, with a line of JSON for each message. */
function startSession(executable, env) {
  const child = spawn(executable, [], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const open = new Map();
  let lastId = 0;
  createInterface({ input: child.stdout }).on('line', line => {
    const message = JSON.parse(line);
    open.get(message.id ?? message.params?._meta?.[`${key}subscriptionId`])?.(message);
  });
  return {
    send(message, take) {
      const id = `bridge-${++lastId}`;
      open.set(id, answer => take('id' in answer ? { ...answer, id: message.id } : answer));
      child.stdin.write(`${JSON.stringify({ ...message, id })}\n`);
    },
    notify: message => child.stdin.write(`${JSON.stringify(message)}\n`),
    call(name, args) {
      const message = { jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name, arguments: args, _meta: envelope } };
      return new Promise(resolve => this.send(message, answer => resolve(answer.result.structuredContent)));
    },
    end: () => child.stdin.end(),
  };
}

/** @returns The address, and how to end everything. */
export async function startBridge(executable, home) {
  const serving = spawn(
    executable,
    ['serve', '--listen', '127.0.0.1:0', '--db', `${home}/conformance.db`, '--log-level', 'WARNING'],
    { env: { ...process.env, BACKCHANNEL_RATE_LIMIT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const first = await createInterface({ input: serving.stdout })[Symbol.asyncIterator]().next();
  const bus = first.value.replace(/^.*listening on /, '').trim();
  const minted = await fetch(`${bus}/v1/keys`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"agent_label":"bridge"}' });
  const { key: apiKey } = await minted.json();
  const settings = { HOME: home, BACKCHANNEL_BASE_URL: bus, BACKCHANNEL_API_KEY: apiKey };
  const server = startSession(executable, settings);
  const worker = startSession(executable, settings);
  let lanes = 0;

  /** Posts a task, and lets `end` end it after some seconds. */
  async function prepare(seconds, end) {
    const channel = `lane-${++lanes}`;
    const { message_id: id } = await worker.call('post_task', { channel, content: 'fixture' });
    if (seconds > 0) setTimeout(() => end(id, channel), seconds * 1000);
    else await end(id, channel);
    return { name: 'await_result', arguments: { message_id: id } };
  }

  async function acknowledge(id, channel) {
    await worker.call('claim_task', { channel });
    await worker.call('ack_task', { message_id: id, result: 'computed' });
  }

  /** What is awaited is gone: the wait ends with a tool's refusal. */
  const withdraw = id => fetch(`${bus}/v1/messages/${id}`, { method: 'DELETE', headers: { 'x-api-key': apiKey } });

  async function translate(params) {
    switch (params.name) {
      case 'greet': return { ...params, name: 'list_channels', arguments: {} };
      case 'slow_compute': return { ...params, ...(await prepare(params.arguments.seconds, acknowledge)) };
      case 'failing_job': return { ...params, ...(await prepare(1, withdraw)) };
      default: return params;
    }
  }

  const listener = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(body);
    const named = message.params?.taskId ?? message.params?.name;
    const wrong = (header, value) => request.headers[header] !== undefined && value !== undefined && request.headers[header] !== value;
    const json = (status, answer) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    if (wrong('mcp-method', message.method) || wrong('mcp-name', named)) {
      // A rule of HTTP, so it is the bridge's to keep.
      return json(400, { jsonrpc: '2.0', id: message.id, error: { code: -32020, message: 'Header mismatch' } });
    }

    if (message.id === undefined) {
      server.notify(message);
      return response.writeHead(202).end();
    }

    if (message.method === 'tools/call') message.params = await translate(message.params);
    const isStream = message.method === 'subscriptions/listen';
    if (isStream) response.writeHead(200, { 'content-type': 'text/event-stream' });
    server.send(message, answer => {
      if (isStream) response.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`);
      else if ('id' in answer) json(200, answer);
    });
  });
  await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${listener.address().port}/mcp`,
    end() {
      listener.close();
      listener.closeAllConnections();
      server.end();
      worker.end();
      serving.kill();
    },
  };
}
